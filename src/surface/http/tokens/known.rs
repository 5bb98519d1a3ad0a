//! A server's token, as who asks that server reads it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::file;
use super::kind::Kind;
use super::named::{TokenFile, path};
use super::secret::Secret;

/// The token of a kind that a server has loaded from the same places, and its file; it makes none.
pub(crate) fn known(named: &[TokenFile], kind: Kind) -> io::Result<(Secret, PathBuf)> {
    if let Some(named) = path(named, kind)? {
        return Ok((file::read_known(&named)?, named));
    }
    let name = kind.name();
    let folder = file::folder().map_err(|error| {
        let said = format!(
            "it is not known where the {name} token is kept: expected STATE_DIRECTORY, XDG_STATE_HOME or HOME, or --token-file {name}=PATH"
        );
        io::Error::new(error.kind(), said)
    })?;
    let own = file::own(&folder, kind);
    match file::read_known(&own) {
        // Here are those of a server that the same user has started.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            let said =
                format!("{error}; that of a server of somebody else is named with --token-file {name}=PATH");
            Err(io::Error::new(error.kind(), said))
        }
        read => Ok((read?, own)),
    }
}
