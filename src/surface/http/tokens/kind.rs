use std::str::FromStr;

/// What a token opens. Of what it is made, and where it is kept: [`Tokens`](super::Tokens).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Every question.
    Read,
    /// MCP, and nothing else.
    Mcp,
    /// Every question, and what writes.
    Write,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Read, Self::Mcp, Self::Write];

    /// Its name, for people and files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Mcp => "mcp",
            Self::Write => "write",
        }
    }

    /// Whether one of this kind opens what wants one of that kind.
    pub(crate) fn opens(self, wanted: Self) -> bool {
        self == wanted || (self == Self::Write && wanted == Self::Read)
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("expected one of {names}")
        })
    }
}
