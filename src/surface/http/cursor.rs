//! Where in a list a page ends and the next begins: not a number of entries, so that it stands when the queue changes.
//!
//! Every text that is base64url names a place, so that none can be forged and none breaks anything.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::DateTime;
use zombie_sweeper::zombie::Id;

/// How much of an id a place holds. What is longer is told from others that begin alike by a hash.
const HELD: usize = 1_024;

/// The longest text that is taken for a cursor.
pub(crate) const LONGEST: usize = 4_096;

/// A place in the order of ids: numbers by value, texts byte by byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(Vec<u8>);

impl From<&Id> for Place {
    fn from(id: &Id) -> Self {
        let (kind, value): (u8, &[u8]) = match id {
            Id::Null => (0, &[]),
            // The order of the bytes is that of the numbers once the sign is turned over.
            Id::Integer(number) => (1, &(number ^ i64::MIN).to_be_bytes()),
            Id::Real(bits) => (2, &bits.to_be_bytes()),
            Id::Text(text) => (3, text),
            Id::Blob(bytes) => (4, bytes),
            Id::Several(values) => (5, values),
        };
        let mut place = vec![kind];
        match value.get(..HELD) {
            Some(begin) if value.len() > HELD => {
                place.extend(begin);
                let mut hasher = DefaultHasher::new();
                value.hash(&mut hasher);
                place.extend(hasher.finish().to_be_bytes());
            }
            _ => place.extend(value),
        }
        Self(place)
    }
}

impl From<&str> for Place {
    fn from(id: &str) -> Self {
        Self::from(&Id::Text(id.as_bytes().into()))
    }
}

impl Place {
    pub(crate) fn read(cursor: &str) -> Option<Self> {
        decoded(cursor).map(Self)
    }

    pub(crate) fn written(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.0)
    }
}

/// A place in the order of time, the newest first: that of a moment, and how many of that very moment come before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Since {
    pub(crate) at_us: i64,
    pub(crate) told: u64,
}

impl Since {
    pub(crate) fn read(cursor: &str) -> Option<Self> {
        let bytes = decoded(cursor)?;
        let (at, told) = bytes.split_first_chunk()?;
        Some(Self {
            at_us: i64::from_be_bytes(*at),
            told: u64::from_be_bytes(told.try_into().ok()?),
        })
    }

    pub(crate) fn written(self) -> String {
        let [at, told] = [self.at_us.to_be_bytes(), self.told.to_be_bytes()];
        BASE64_URL_SAFE_NO_PAD.encode([at, told].concat())
    }
}

/// In microseconds since the epoch. What nobody can date comes last.
pub(crate) fn at_us(moment: Option<&str>) -> i64 {
    let at = moment.and_then(|moment| DateTime::parse_from_rfc3339(moment).ok());
    at.map_or(i64::MIN, |at| at.timestamp_micros())
}

fn decoded(cursor: &str) -> Option<Vec<u8>> {
    let is_short = cursor.len() <= LONGEST;
    is_short
        .then(|| BASE64_URL_SAFE_NO_PAD.decode(cursor).ok())
        .flatten()
}
