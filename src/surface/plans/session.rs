//! Whose a plan is, and names that nobody guesses.

use std::fmt::Write as _;

use subtle::{Choice, ConstantTimeEq};

/// Who made a plan and alone may use it: a session of MCP, or those who come by HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Session(String);

impl Session {
    /// One that is known by this name.
    pub(crate) fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// One that nobody else can name.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        secret().map(Self)
    }
}

impl ConstantTimeEq for Session {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.as_bytes().ct_eq(other.0.as_bytes())
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
