//! Who listens on a server's socket: the token is told to nobody who could not read it.

use std::io::{self, ErrorKind};
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::unistd::geteuid;

use crate::surface::http::tokens::Known;
use crate::surface::socket_folder::{self, Rule};

/// Who could put another socket there.
const WRITERS: u32 = 0o022;

/// A connection to one who may be told the token. Nothing has been sent yet.
pub(super) fn connect(socket: &Path, token: &Known) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(socket).map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::PermissionDenied => "it is for whom its folder is open to",
            _ => "see whether the server runs, and listens there",
        };
        io::Error::new(error.kind(), format!("{error}; {advice}"))
    })?;
    let (user, group) = peer(&stream)?;
    if !token.readers.include(user, group) {
        let said = format!(
            "user {user} listens there, and was not told the token: expected this user ({}), root, or one who can read {}; see who that \
             is, or name the socket of the server that the token is of",
            geteuid(),
            token.path.display()
        );
        return Err(io::Error::new(ErrorKind::PermissionDenied, said));
    }
    let rule = Rule {
        may_own: &|owner| owner == user || token.readers.own(owner),
        closed: WRITERS,
        expected: "one of who listens there, of this user, of root or of the token's owner, with mode 0755 or less",
        advice: "nothing was sent; have the server listen in a folder that nobody else may write to",
    };
    rule.check(socket_folder::of(socket))?;
    Ok(stream)
}

/// The user and the group of who began to listen there, which for a socket of systemd's is root.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn peer(stream: &UnixStream) -> io::Result<(u32, u32)> {
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};

    let found = getsockopt(stream, PeerCredentials)?;
    Ok((found.uid(), found.gid()))
}

/// The user and the group of who listens there.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn peer(stream: &UnixStream) -> io::Result<(u32, u32)> {
    let (user, group) = nix::unistd::getpeereid(stream)?;
    Ok((user.as_raw(), group.as_raw()))
}
