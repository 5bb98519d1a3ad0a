//! A server's token, as who asks that server reads it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::file;
use super::kind::Kind;
use super::named::{TokenFile, path};
use super::readers::Readers;
use super::secret::Secret;

/// A token of a server's.
pub(crate) struct Known {
    pub(crate) secret: Secret,
    pub(crate) path: PathBuf,
    pub(crate) readers: Readers,
}

/// The token of a kind that a server has loaded from the same places; it makes none.
pub(crate) fn known(named: &[TokenFile], kind: Kind) -> io::Result<Known> {
    if let Some(named) = path(named, kind)? {
        return read(named);
    }
    let name = kind.name();
    let folder = file::folder().map_err(|error| {
        let said = format!(
            "it is not known where the {name} token is kept: expected STATE_DIRECTORY, XDG_STATE_HOME or HOME, or --token-file {name}=PATH"
        );
        io::Error::new(error.kind(), said)
    })?;
    let own = file::own(&folder, kind);
    match read(own) {
        // Here are those of a server that the same user has started.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            let said =
                format!("{error}; that of a server of somebody else is named with --token-file {name}=PATH");
            Err(io::Error::new(error.kind(), said))
        }
        read => read,
    }
}

fn read(path: PathBuf) -> io::Result<Known> {
    let (secret, readers) = file::read_known(&path)?;
    Ok(Known {
        secret,
        path,
        readers,
    })
}
