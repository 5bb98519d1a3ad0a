use std::fmt::{self, Debug, Formatter};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::{Choice, ConstantTimeEq};

/// How long a token may be.
const LENGTH: usize = 512;

/// 256 bits.
const CHANCE: usize = 32;

/// From how many characters on a token can be 128 bits by chance.
const STRONG: usize = 22;

/// What is not to be seen: no log and no message shows it.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Debug for Secret {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// One that nobody can guess.
    pub(super) fn new() -> Result<Self, getrandom::Error> {
        let mut chance = [0; CHANCE];
        getrandom::fill(&mut chance)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(chance)))
    }

    /// What stands in a file, but for the blanks around it; or what is wrong with it, without a word of it.
    pub(super) fn parse(text: &[u8]) -> Result<Self, &'static str> {
        let text = text.trim_ascii();
        if text.is_empty() {
            Err("it is empty")
        } else if text.len() > LENGTH {
            Err("it is longer than 512 characters")
        } else if !text.iter().all(u8::is_ascii_graphic) {
            Err("it holds blanks, or more than ASCII")
        } else if text.len() < STRONG {
            Err("it is so short that it may be guessed (128 bits by chance take 22 characters)")
        } else {
            Ok(Self(String::from_utf8_lossy(text).into_owned()))
        }
    }

    /// As it goes into a header.
    pub(crate) fn shown(&self) -> &str {
        &self.0
    }

    /// Whether it is the same. How long that takes tells nothing of either.
    pub(super) fn is(&self, presented: &str) -> Choice {
        let (ours, theirs) = (padded(&self.0), padded(presented));
        ours.ct_eq(&theirs) & self.0.len().ct_eq(&presented.len())
    }
}

/// To the same length, whatever it was; the rest of one that is longer than any of ours is of no interest.
fn padded(text: &str) -> [u8; LENGTH] {
    let mut padded = [0; LENGTH];
    for (to, from) in padded.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    padded
}
