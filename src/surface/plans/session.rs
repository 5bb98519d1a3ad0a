//! Whose a plan is, and names that nobody guesses.

use std::fmt::Write as _;

use subtle::{Choice, ConstantTimeEq};

/// Who holds one of the tokens, or the streams of the program. Each has a room of its own for plans: who may only look, or only ask,
/// takes nothing from who may reap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    Reader,
    Writer,
    Model,
}

/// Who made a plan and alone may use it: a session of MCP, or those who come by HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Session {
    pub(super) holder: Holder,
    name: String,
}

impl Session {
    /// One that is known by this name.
    pub(crate) fn named(holder: Holder, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { holder, name }
    }

    /// One that nobody else can name.
    pub(crate) fn new(holder: Holder) -> Result<Self, getrandom::Error> {
        Ok(Self::named(holder, secret()?))
    }
}

impl ConstantTimeEq for Session {
    fn ct_eq(&self, other: &Self) -> Choice {
        let is_same_holder = u8::from(self.holder == other.holder);
        self.name.as_bytes().ct_eq(other.name.as_bytes()) & Choice::from(is_same_holder)
    }
}

/// 128 bits by chance, in hexadecimal.
pub(crate) fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    let mut secret = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a text cannot fail.
        let _ = write!(secret, "{byte:02x}");
    }
    Ok(secret)
}
