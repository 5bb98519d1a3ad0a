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
    /// Several values that are an id together: a JSON array of them.
    Several(Bytes),
}

/// A few bytes, kept in place where they are no more than a UUID takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(SmallVec<[u8; IN_PLACE]>);

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(SmallVec::from_slice(bytes))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Id {
    /// Whether this names nothing: null, empty or blank, or a part of it is null.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(bytes) | Self::Blob(bytes) => bytes.iter().all(u8::is_ascii_whitespace),
            Self::Several(json) => parts(json).is_none_or(|parts| parts.contains(&serde_json::Value::Null)),
            Self::Integer(_) | Self::Real(_) => false,
        }
    }
}

impl Id {
    /// Whether this names nothing as a pointer does: blank, or a number that is 0.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.is_blank() || self.by_number() == Self::Integer(0)
    }

    /// The text, where it is one.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(bytes) => str::from_utf8(bytes).ok(),
            Self::Null | Self::Integer(_) | Self::Real(_) | Self::Blob(_) | Self::Several(_) => None,
        }
    }

    /// What it is compared by where a column keeps each value as it is given: a number and the text that shows it are the
    /// same id, in whichever of the two types a queue writes it. Two texts are the same only byte by byte: `7` is not `07`.
    #[must_use]
    pub fn by_value(&self) -> Self {
        match (self, self.by_number()) {
            (Self::Text(_), number @ Self::Text(_)) => number,
            (Self::Text(text), number) if number.to_string().as_bytes() != &**text => self.clone(),
            (_, number) => number,
        }
    }

    /// The number that a text spells, however it spells it, or this itself: what a column of numbers makes of it.
    #[must_use]
    pub fn by_number(&self) -> Self {
        let number = match self {
            Self::Text(_) => self.text().map(str::trim),
            Self::Real(bits) => return whole(f64::from_bits(*bits)).unwrap_or_else(|| self.clone()),
            Self::Null | Self::Integer(_) | Self::Blob(_) | Self::Several(_) => return self.clone(),
        };
        // A name such as "inf" or "nan" is a name.
        let is_number = |text: &&str| text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        let Some(text) = number.filter(is_number) else {
            return self.clone();
        };
        match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => Self::Integer(number),
            (_, Ok(number)) if number.is_finite() => whole(number).unwrap_or(Self::Real(number.to_bits())),
            _ => self.clone(),
        }
    }
}

/// A whole number as an integer, where integers reach so far exactly.
#[expect(clippy::cast_possible_truncation, reason = "bounded before the cast")]
fn whole(number: f64) -> Option<Id> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(Id::Integer(number as i64))
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

/// The parts of an id of several.
fn parts(json: &[u8]) -> Option<Vec<serde_json::Value>> {
    serde_json::from_slice(json).ok()
}

/// The same with a stroke between them, bytes in hexadecimal.
fn joined(json: &[u8]) -> Option<String> {
    let parts = parts(json)?;
    let parts = parts.iter().map(|part| match part {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(bytes) => match bytes.as_slice() {
            [serde_json::Value::String(digits)] => digits.to_ascii_lowercase(),
            _ => part.to_string(),
        },
        other => other.to_string(),
    });
    Some(parts.collect::<Vec<_>>().join("/"))
}

/// As the summary shows it: bytes that are no text in hexadecimal, so that different ids look different.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Real(bits) => write!(f, "{}", f64::from_bits(*bits)),
            Self::Several(json) => match joined(json) {
                Some(joined) => f.write_str(&joined),
                None => f.write_str(&String::from_utf8_lossy(json)),
            },
            Self::Text(bytes) | Self::Blob(bytes) => match self.text() {
                Some(text) => f.write_str(text),
                None => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            },
        }
    }
}

/// As a text, whatever its type: ids of all queues look the same. No value is none, and not the word for it.
impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self, self.text()) {
            (Self::Null, _) => serializer.serialize_none(),
            (_, Some(text)) => serializer.serialize_str(text),
            (_, None) => serializer.collect_str(self),
        }
    }
}
