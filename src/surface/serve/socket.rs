//! A Unix socket, in a folder that nobody else may enter.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::surface::socket_folder::{self, Rule};

/// Its owner, and the owner's group.
const FOLDER: u32 = 0o750;

/// Whoever may enter the folder may come.
const SOCKET: u32 = 0o660;

/// What others may do, and what the group may change: none of it.
const CLOSED: u32 = 0o027;

/// A socket that is taken away when it is dropped.
pub(super) struct Socket {
    path: PathBuf,
    /// Device and number of the file: another that stands in its place by then stays.
    file: (u64, u64),
}

impl Socket {
    /// Listens there.
    pub(super) fn bind(path: &Path) -> io::Result<(UnixListener, Self)> {
        let path = std::path::absolute(path)?;
        let folder = socket_folder::of(&path);
        make_folder(folder)?;
        check_folder(folder)?;
        take_away_a_dead_one(&path)?;
        let listener = UnixListener::bind(&path).map_err(|error| of(&path, "listen on", &error))?;
        fs::set_permissions(&path, Permissions::from_mode(SOCKET))
            .map_err(|error| of(&path, "close to others", &error))?;
        let made = fs::symlink_metadata(&path)?;
        let file = (made.dev(), made.ino());
        Ok((listener, Self { path, file }))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let is_ours =
            fs::symlink_metadata(&self.path).is_ok_and(|found| (found.dev(), found.ino()) == self.file);
        if is_ours {
            let _ = fs::remove_file(&self.path); // where that fails, the next to listen here takes it away
        }
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(FOLDER).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(of(folder, "make the folder", &error)),
        _ => Ok(()),
    }
}

fn check_folder(folder: &Path) -> io::Result<()> {
    let rule = Rule {
        may_own: &|owner| owner == geteuid().as_raw() || owner == 0,
        closed: CLOSED,
        expected: "one of this user with mode 0750 or less",
        advice: "name a socket in a folder that is not there yet, and it is made so",
    };
    rule.check(folder)
}

/// One that a killed process has left there. One that answers belongs to who answers.
fn take_away_a_dead_one(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found.map_err(|error| of(path, "look at", &error))?,
    };
    let is_dead = found.file_type().is_socket()
        && UnixStream::connect(path).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused);
    if is_dead {
        return fs::remove_file(path).map_err(|error| of(path, "take away the dead socket", &error));
    }
    let said = if found.file_type().is_socket() {
        "somebody serves there: end that one first, or name another socket"
    } else {
        "something else stands there: expected a socket or nothing, and nothing is overwritten"
    };
    let said = format!("failed to listen on {}: {said}", path.display());
    Err(io::Error::new(ErrorKind::AddrInUse, said))
}

fn of(path: &Path, doing: &str, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("failed to {doing} {}: {error}", path.display()),
    )
}
