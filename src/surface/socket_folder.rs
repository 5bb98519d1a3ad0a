//! The folder of a Unix socket: whoever may write to it can put a socket of theirs there, and be told the token.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What is asked of the folder, and how that is said.
pub(crate) struct Rule<'a> {
    /// Whether it may be this user's.
    pub(crate) may_own: &'a dyn Fn(u32) -> bool,
    /// What nobody but the owner may do.
    pub(crate) closed: u32,
    pub(crate) expected: &'a str,
    pub(crate) advice: &'a str,
}

impl Rule<'_> {
    pub(crate) fn check(&self, folder: &Path) -> io::Result<()> {
        let found = fs::metadata(folder).map_err(|error| {
            let said = format!(
                "failed to look at the folder of the socket, {}: {error}",
                folder.display()
            );
            io::Error::new(error.kind(), said)
        })?;
        let mode = found.mode() & 0o7777;
        if (self.may_own)(found.uid()) && mode & self.closed == 0 {
            return Ok(());
        }
        let said = format!(
            "the folder of the socket, {}, is open to others: expected {}, found user {} and mode {mode:04o}; {}",
            folder.display(),
            self.expected,
            found.uid(),
            self.advice
        );
        Err(io::Error::new(ErrorKind::PermissionDenied, said))
    }
}

/// The folder that a socket is in.
pub(crate) fn of(socket: &Path) -> &Path {
    let folder = socket.parent().unwrap_or(Path::new("/"));
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}
