//! A file with a token in it: what nobody else can read, and nobody else can have put there.

use std::env;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::geteuid;

use super::kind::Kind;
use super::readers::Readers;
use super::secret::Secret;

/// No file of a token is longer.
const MOST: u64 = 4096;

/// What nobody but the owner may do.
const NOT_OURS: u32 = 0o077;

/// What others may do, and what a group may change.
const OTHERS: u32 = 0o027;

/// Who could put another file there.
const WRITERS: u32 = 0o022;

/// The folder that our own tokens are kept in, by what the service manager or the user's session says.
pub(super) fn folder() -> io::Result<PathBuf> {
    let named = |name| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folders) = named("STATE_DIRECTORY") {
        // There may be several, the first of which is as good as any.
        if let Some(first) = env::split_paths(&folders).next() {
            return Ok(first);
        }
    }
    if let Some(state) = named("XDG_STATE_HOME") {
        return Ok(PathBuf::from(state).join("zombie-sweeper"));
    }
    if let Some(home) = named("HOME") {
        return Ok(PathBuf::from(home).join(".local/state/zombie-sweeper"));
    }
    let said = "there is no place for the tokens: expected one in STATE_DIRECTORY, XDG_STATE_HOME or HOME, or a --token-file for each of \
                read, mcp and write";
    Err(io::Error::new(ErrorKind::NotFound, said))
}

/// Where our own token of a kind is kept in that folder.
pub(super) fn own(folder: &Path, kind: Kind) -> PathBuf {
    folder.join(format!("{}.token", kind.name()))
}

/// Makes the folder where it is missing. Whoever could write to it could put a token of theirs in the place of ours.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| of(folder, "make the folder", &error))?;
    let found = fs::metadata(folder).map_err(|error| of(folder, "look at the folder", &error))?;
    if is_of_ours(&found) && found.mode() & WRITERS == 0 {
        return Ok(());
    }
    let said = format!(
        "others may write to the folder of the tokens, {}: expected one of this user with mode 0700, found user {} and mode {:04o}",
        folder.display(),
        found.uid(),
        found.mode() & 0o7777
    );
    Err(io::Error::new(ErrorKind::PermissionDenied, said))
}

/// Makes one where there is none. It is whole from the moment on that it has its name, and replaces nothing.
pub(super) fn make(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let secret = Secret::new().map_err(io::Error::other)?;
    let write = || {
        // For its owner alone, whatever the mask.
        let mut made = tempfile::Builder::new().prefix(".token-").tempfile_in(folder)?;
        made.write_all(format!("{}\n", secret.shown()).as_bytes())?;
        made.as_file().sync_all()?;
        match made.persist_noclobber(path) {
            // Another process has made one meanwhile.
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
            made => made.map(drop).map_err(|error| error.error),
        }
    };
    write().map_err(|error| of(path, "make the token", &error))
}

/// Reads one of our own: no link, and closed to everybody else.
pub(super) fn read_own(path: &Path) -> io::Result<Secret> {
    let file = open_itself(path, "take it away, and one is made")?;
    read(path, file, |found| check_ours(found, NOT_OURS, "0600"))
}

/// Reads one that the operator has put there, for us and perhaps a group.
pub(super) fn read_given(path: &Path) -> io::Result<Secret> {
    let file = open(path)?;
    read(path, file, |found| check_ours(found, OTHERS, "0640 or less"))
}

/// Reads one to show it to the server that it is of. Whose file it is makes no difference: who put another there has let us in
/// nowhere. But where somebody else could put a link, it would show that server whatever secret of ours the link leads to.
pub(super) fn read_known(path: &Path) -> io::Result<(Secret, Readers)> {
    let file = if is_in_a_folder_of_ours(path) {
        open(path)?
    } else {
        open_itself(
            path,
            "others may write to its folder, so name the file that it leads to",
        )?
    };
    let found = file
        .metadata()
        .map_err(|error| of(path, "look at the token", &error))?;
    let secret = read(path, file, |found| {
        let mode = found.mode() & 0o7777;
        if mode & OTHERS == 0 {
            return Ok(());
        }
        Err(format!(
            "may be known to others: expected a file with mode 0640 or less, found mode {mode:04o}; have another token made, and close \
             its file to others"
        ))
    })?;
    Ok((secret, Readers::of(&found)))
}

/// Opens what is no link, or says what to do about the link.
fn open_itself(path: &Path, advice: &str) -> io::Result<File> {
    opened(path, OFlag::O_NOFOLLOW).map_err(|error| match error.raw_os_error() {
        Some(code) if code == Errno::ELOOP as i32 => {
            let said = format!(
                "the token {} is a link: expected a file of its own; {advice}",
                path.display()
            );
            io::Error::new(ErrorKind::PermissionDenied, said)
        }
        _ => of(path, "open the token", &error),
    })
}

fn open(path: &Path) -> io::Result<File> {
    opened(path, OFlag::empty()).map_err(|error| of(path, "open the token", &error))
}

/// A pipe is not waited for.
fn opened(path: &Path, flags: OFlag) -> io::Result<File> {
    let flags = flags | OFlag::O_NONBLOCK;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path)
}

/// One of this user, which is closed to others.
fn check_ours(found: &Metadata, closed_to: u32, expected: &str) -> Result<(), String> {
    if is_of_ours(found) && found.mode() & closed_to == 0 {
        return Ok(());
    }
    Err(format!(
        "may be known to others, or put there by them: expected a file of this user with mode {expected}, found user {} and mode \
         {:04o}; take it away, make another token, and close its file to others",
        found.uid(),
        found.mode() & 0o7777
    ))
}

fn read(path: &Path, file: File, check: impl FnOnce(&Metadata) -> Result<(), String>) -> io::Result<Secret> {
    let found = file
        .metadata()
        .map_err(|error| of(path, "look at the token", &error))?;
    if !found.is_file() {
        let said = format!("the token {} is no file: expected one", path.display());
        return Err(io::Error::new(ErrorKind::InvalidData, said));
    }
    if let Err(what) = check(&found) {
        let said = format!("the token {} {what}", path.display());
        return Err(io::Error::new(ErrorKind::PermissionDenied, said));
    }
    let mut held = Vec::new();
    file.take(MOST + 1)
        .read_to_end(&mut held)
        .map_err(|error| of(path, "read the token", &error))?;
    let parsed = if held.len() as u64 > MOST {
        Err("its file holds more than 4096 bytes")
    } else {
        Secret::parse(&held)
    };
    parsed.map_err(|what| {
        let said = format!(
            "the token {} is none, as {what}: expected one line of letters and digits, such as `openssl rand -hex 32` prints",
            path.display()
        );
        io::Error::new(ErrorKind::InvalidData, said)
    })
}

/// Whether nobody else can put anything where it is.
fn is_in_a_folder_of_ours(path: &Path) -> bool {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let found = fs::metadata(folder.unwrap_or(Path::new(".")));
    found.is_ok_and(|found| is_of_ours(&found) && found.mode() & WRITERS == 0)
}

/// Ours, or of who can do everything anyway.
fn is_of_ours(found: &Metadata) -> bool {
    found.uid() == geteuid().as_raw() || found.uid() == 0
}

fn of(path: &Path, doing: &str, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("failed to {doing} {}: {error}", path.display()),
    )
}
