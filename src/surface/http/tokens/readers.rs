use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

use nix::unistd::geteuid;

/// What lets the group of a file read it.
const BY_GROUP: u32 = 0o040;

/// Who can read the file of a token, and so learns nothing when it is shown to them.
pub(crate) struct Readers {
    owner: u32,
    group: Option<u32>,
}

impl Readers {
    pub(super) fn of(file: &Metadata) -> Self {
        Self {
            owner: file.uid(),
            group: (file.mode() & BY_GROUP != 0).then(|| file.gid()),
        }
    }

    /// Whether a process of this user and group is one of them.
    pub(crate) fn include(&self, user: u32, group: u32) -> bool {
        self.own(user) || self.group == Some(group)
    }

    /// Whether it is this user, the file's owner, or who can do everything anyway.
    pub(crate) fn own(&self, user: u32) -> bool {
        [geteuid().as_raw(), self.owner, 0].contains(&user)
    }
}
