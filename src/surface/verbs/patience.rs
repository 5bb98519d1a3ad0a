/// Who has said how long a run may be silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Nobody: the default holds.
    Unsaid,
    /// The operator.
    Said,
    /// It is learned, of each project and kind.
    Learned,
}
