/// What a threshold rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// The default: nothing is known that asks for more.
    Default,
    /// Twice the bound.
    Bound,
    /// Twice a threshold by which most of the latest runs were reaped.
    Probation,
    /// It was in force, and too few runs have ended under it to lower it.
    Kept,
    /// As long as any may be: the evidence asks for more, or it is lost.
    Cap,
}

impl Because {
    /// As a report says it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Bound => "bound",
            Self::Probation => "probation",
            Self::Kept => "kept",
            Self::Cap => "cap",
        }
    }
}
