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
