//! What is asked of the system: who a file is, who has locked it, and files that have no name yet.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, FcntlArg, fcntl};
use nix::libc;
use nix::sys::statvfs::statvfs;
use nix::unistd::{AccessFlags, eaccess, geteuid, linkat};

use super::site::{Mount, Owner, Room};

/// What tells a file from another at the same path.
pub(super) type Identity = (u64, u64);

pub(super) fn identity(found: &Metadata) -> Identity {
    (found.dev(), found.ino())
}

/// When content and owner or mode of a file last changed.
pub(super) type Times = [i64; 4];

pub(super) fn times(found: &Metadata) -> Times {
    [
        found.mtime(),
        found.mtime_nsec(),
        found.ctime(),
        found.ctime_nsec(),
    ]
}

/// How many names a file has on its file system.
pub(super) fn names(found: &Metadata) -> u64 {
    found.nlink()
}

/// Whether the file itself is mounted at this path, rather than a folder around it. Its path must hold no links.
pub(super) fn is_mounted(path: &Path) -> bool {
    let mounts = mounts();
    let mut points = lines(&mounts).filter_map(|mount| words(mount).nth(POINT));
    points.any(|point| unescaped(point) == path.as_os_str().as_bytes())
}

/// Which word of a mount's line says where it is mounted.
const POINT: usize = 4;

/// The mounts, a line each. Where the system does not tell, nothing is known to be.
fn mounts() -> Vec<u8> {
    fs::read("/proc/self/mountinfo").unwrap_or_default()
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b' ')
}

/// The file system that a path lies on: the last of the mounts that lead furthest along it. Its path must hold no links.
pub(super) fn mount(path: &Path) -> Option<Mount> {
    let mounts = mounts();
    let found = lines(&mounts).filter_map(|line| {
        let point = PathBuf::from(OsString::from_vec(unescaped(words(line).nth(POINT)?)));
        let options = words(line).nth(POINT + 1)?;
        // The type stands behind a dash, the options of the file system itself behind that and the source.
        let mut behind = words(line).skip_while(|word| *word != b"-").skip(1);
        let kind = String::from_utf8_lossy(behind.next()?).into_owned();
        let of_system = behind.nth(1).unwrap_or_default();
        let says_ro = |options: &[u8]| options.split(|byte| *byte == b',').any(|one| one == b"ro");
        path.starts_with(&point).then(|| Mount {
            read_only: says_ro(options) || says_ro(of_system),
            point,
            kind,
        })
    });
    found.max_by_key(|mount| mount.point.components().count())
}

/// Whose it is, and who may do what to it.
#[expect(clippy::unnecessary_wraps, reason = "other systems do not tell")]
pub(super) fn owner(found: &Metadata) -> Option<Owner> {
    Some(Owner {
        user: found.uid(),
        group: found.gid(),
        mode: found.mode() & 0o7777,
    })
}

/// As whom the program runs.
#[expect(clippy::unnecessary_wraps, reason = "other systems do not tell")]
pub(super) fn me() -> Option<u32> {
    Some(geteuid().as_raw())
}

/// Whether the program may write it.
pub(super) fn may_write(path: &Path) -> bool {
    eaccess(path, AccessFlags::W_OK).is_ok()
}

/// What room is left on the file system of a path.
pub(super) fn room(path: &Path) -> Option<Room> {
    let found = statvfs(path).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.fragment_size());
    Some(Room {
        free_bytes: bytes(found.blocks_available()),
        all_bytes: bytes(found.blocks()),
        free_files: found.files_available(),
        all_files: found.files(),
    })
}

/// A space, a tab, a line's end and a backslash are written as octal numbers: `\040`.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        let number = match (first, behind) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..]) => {
                Some((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'))
            }
            _ => None,
        };
        plain.push(number.unwrap_or(*first));
        rest = if number.is_some() {
            behind.get(3..).unwrap_or_default()
        } else {
            behind
        };
    }
    plain
}

/// Whether SQLite would give a log or its index another owner or mode by opening it: as root it makes them the
/// database's, and an empty file gets the database's mode from whoever may change it.
pub(super) fn would_be_changed(database: &Metadata, beside: &Metadata) -> bool {
    let (me, root) = (geteuid(), geteuid().is_root());
    let owner = (beside.uid(), beside.gid()) != (database.uid(), database.gid());
    let mode = beside.len() == 0 && (beside.mode() ^ database.mode()) & 0o777 != 0;
    (root && owner) || (mode && (root || beside.uid() == me.as_raw()))
}

/// Locks these bytes for reading, unless somebody else has locked them for writing: then it is false.
pub(super) fn lock(file: &File, start: i64, bytes: i64) -> io::Result<bool> {
    match set(file, &range(libc::F_RDLCK, start, bytes)) {
        Ok(_) => Ok(true),
        Err(Errno::EAGAIN | Errno::EACCES) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

/// Lets go of a lock. It cannot fail for a reason that anybody could mend.
pub(super) fn unlock(file: &File, start: i64, bytes: i64) {
    let _ = set(file, &range(libc::F_UNLCK, start, bytes));
}

/// Whether anybody else holds any lock on these bytes.
pub(super) fn is_locked(file: &File, start: i64, bytes: i64) -> bool {
    let mut lock = range(libc::F_WRLCK, start, bytes);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let asked = fcntl(file, FcntlArg::F_OFD_GETLK(&mut lock));
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let asked = fcntl(file, FcntlArg::F_GETLK(&mut lock));
    asked.is_ok() && lock.l_type != range(libc::F_UNLCK, start, bytes).l_type
}

/// A lock of the open file, where the system has such: what SQLite unlocks in this process leaves it alone.
fn set(file: &File, lock: &libc::flock) -> nix::Result<i32> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let set = fcntl(file, FcntlArg::F_OFD_SETLK(lock));
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let set = fcntl(file, FcntlArg::F_SETLK(lock));
    set
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "kinds and places of a lock are small numbers"
)]
fn range(kind: impl Into<i32>, start: i64, bytes: i64) -> libc::flock {
    libc::flock {
        l_type: kind.into() as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: start,
        l_len: bytes,
        l_pid: 0,
    }
}

/// Reads the first bytes of a file, wherever it is read besides.
pub(super) fn read_start(file: &File, bytes: &mut [u8]) -> io::Result<()> {
    file.read_exact_at(bytes, 0)
}

/// Makes a file that only we may read.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Makes a file without a name, which is gone when the program ends, however it does. Not every system has such.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn create_nameless(folder: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
        .custom_flags(nix::fcntl::OFlag::O_TMPFILE.bits())
        .open(folder)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn create_nameless(_: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Gives a name to a file that has none.
pub(super) fn name(file: &File, path: &Path) -> io::Result<()> {
    let itself = format!("/proc/self/fd/{}", file.as_raw_fd());
    linkat(
        AT_FDCWD,
        itself.as_str(),
        AT_FDCWD,
        path,
        AtFlags::AT_SYMLINK_FOLLOW,
    )?;
    Ok(())
}
