/// Which tasks a request is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    /// By name or id; `None`: all, or the one that the operator named.
    pub(crate) project: Option<String>,
    /// By their ids; none: all.
    pub(crate) tasks: Vec<String>,
}

/// A request for what the operator has not given.
#[derive(Debug, thiserror::Error)]
#[error("this sweeper is for the project {given}, not for {asked}: expected {given}, or none")]
pub(crate) struct OutOfScope {
    given: String,
    asked: String,
}

impl OutOfScope {
    pub(super) fn new(given: &str, asked: &str) -> Self {
        let (given, asked) = (given.to_owned(), asked.to_owned());
        Self { given, asked }
    }
}

/// The operator's project is not there: it was renamed, or taken away, since.
#[derive(Debug, thiserror::Error)]
#[error(
    "the project {given:?}, which this sweeper is for, is no longer in the database: expected its name or id; see what it is \
     called now, and start this anew with that"
)]
pub(crate) struct ProjectGone {
    given: String,
}

impl ProjectGone {
    pub(super) fn new(given: &str) -> Self {
        let given = given.to_owned();
        Self { given }
    }
}
