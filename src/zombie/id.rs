use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};
use smallvec::SmallVec;

/// A UUID in text, the longest id in wide use, stands in place: a sweep of many zombies then allocates little.
const IN_PLACE: usize = 36;

/// A value as the database holds it, kept exactly: an id that was read is written back byte for byte, even
/// where its text is not valid UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// No value.
    Null,
    /// An integer, such as a rowid.
    Integer(i64),
    /// A floating-point number, as its bits.
    Real(u64),
    /// Text, in the database's bytes.
    Text(Bytes),
    /// Bytes.
    Blob(Bytes),
}

/// A few bytes, kept in place where they are no more than a UUID takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(SmallVec<[u8; IN_PLACE]>);

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Id {
    /// Whether this names nothing: null, empty or blank.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(bytes) | Self::Blob(bytes) => bytes.iter().all(u8::is_ascii_whitespace),
            Self::Integer(_) | Self::Real(_) => false,
        }
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self::Text(text.as_bytes().into())
    }
}

impl From<i64> for Id {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// As the summary shows it; bytes that are not UTF-8 become replacement characters.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Real(bits) => write!(f, "{}", f64::from_bits(*bits)),
            Self::Text(bytes) | Self::Blob(bytes) => f.write_str(&text(bytes)),
        }
    }
}

/// As a text, whatever its type: ids of all queues look the same.
impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(bytes) | Self::Blob(bytes) => serializer.serialize_str(&text(bytes)),
            Self::Null | Self::Integer(_) | Self::Real(_) => serializer.collect_str(self),
        }
    }
}

/// Nearly always UTF-8, which is checked much faster than it is mended.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}
