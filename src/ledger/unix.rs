//! What is asked of the system: whose a file is, and who else may write it.

use std::fs::{DirBuilder, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use nix::unistd::geteuid;

/// The mode of a ledger: nobody else's to read or to write.
const MODE: u32 = 0o600;

/// What tells a file from another at the same path.
pub(super) type Identity = (u64, u64);

pub(super) fn identity(found: &Metadata) -> Identity {
    (found.dev(), found.ino())
}

/// Makes an empty file that only we may read, where there is none.
pub(super) fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(MODE);
    options.open(path).map(drop)
}

/// Makes a folder that only we may enter.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Whether a file has no second name.
pub(super) fn has_one_name(found: &Metadata) -> bool {
    found.nlink() == 1
}

/// Why a file is not safely ours.
pub(super) fn objection_to_file(found: &Metadata) -> Option<String> {
    if found.uid() != geteuid().as_raw() {
        return Some(format!("it belongs to another user (uid {})", found.uid()));
    }
    if found.nlink() > 1 {
        return Some(format!("it has {} names", found.nlink()));
    }
    (found.mode() & 0o022 != 0).then(|| {
        format!(
            "others may write it (mode {:04o}): take that from them with chmod",
            found.mode() & 0o7777
        )
    })
}

/// Why what lies in a folder is not safely ours: whoever can make a file there can give SQLite a journal to play back.
pub(super) fn objection_to_folder(found: &Metadata) -> Option<String> {
    let owner = found.uid();
    if owner != geteuid().as_raw() && owner != 0 {
        return Some(format!("its folder belongs to another user (uid {owner})"));
    }
    (found.mode() & 0o002 != 0).then(|| {
        format!(
            "everybody may write its folder (mode {:04o}): name one of its own",
            found.mode() & 0o7777
        )
    })
}

/// Gives a file a name that nothing has yet, at once: whoever is killed meanwhile leaves it with one name.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    use nix::errno::Errno;
    use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};

    match renameat2(AT_FDCWD, from, AT_FDCWD, to, RenameFlags::RENAME_NOREPLACE) {
        // A file system that knows no such thing.
        Err(Errno::EINVAL | Errno::ENOSYS) => look_and_rename(from, to),
        renamed => Ok(renamed?),
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    look_and_rename(from, to)
}

fn look_and_rename(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => std::fs::rename(from, to),
    }
}

/// Whether a file has the mode of every ledger.
pub(super) fn has_our_mode(found: &Metadata) -> bool {
    found.mode() & 0o7777 == MODE
}
