//! A stand-in.

/// A stand-in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planned;

/// Which tasks a request is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) project: Option<String>,
    pub(crate) tasks: Vec<String>,
}
