//! Whose a file is, what it lies on, and what room is left there: what the system tells of a place.

use std::path::PathBuf;

/// Whose a file is, and who may do what to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user's number.
    pub user: u32,
    /// The group's.
    pub group: u32,
    /// The permissions.
    pub mode: u32,
}

impl Owner {
    /// Whether this other user may write there, as far as user, group and permissions tell.
    #[must_use]
    pub fn lets_write(self, other: Self) -> bool {
        let bit = match other {
            Self { user: 0, .. } => return true,
            Self { user, .. } if user == self.user => 0o200,
            Self { group, .. } if group == self.group => 0o020,
            _ => 0o002,
        };
        self.mode & bit != 0
    }
}

/// A file system, as it is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where.
    pub point: PathBuf,
    /// Its type, such as `ext4`.
    pub kind: String,
    /// Whether it may not be written.
    pub read_only: bool,
}

/// What room a file system has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// What is left for whoever is not root.
    pub free_bytes: u64,
    /// What there is.
    pub all_bytes: u64,
    /// How many more files it takes.
    pub free_files: u64,
    /// How many it takes; 0 where it does not count them.
    pub all_files: u64,
}
