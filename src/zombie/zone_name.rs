use std::fmt;

/// As long as names in use are: `America/New_York`.
const LONGEST: usize = 16;

/// The name of a time zone as it stands behind an offset: `UTC`, `CEST`, `+03`. It is kept to be written again; the
/// offset alone says what it means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ZoneName([u8; LONGEST]);

impl ZoneName {
    /// A name of one to 16 letters, digits and `+-_/`.
    #[must_use]
    pub fn new(name: &[u8]) -> Option<Self> {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-_/".contains(byte);
        let mut bytes = [0; LONGEST];
        let place = bytes.get_mut(..name.len())?;
        place.copy_from_slice(name);
        (!name.is_empty() && name.iter().all(is_part)).then_some(Self(bytes))
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = std::str::from_utf8(&self.0).unwrap_or_default();
        f.write_str(text.trim_end_matches('\0'))
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}
