use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::kind::Kind;

/// A file that the operator names for a kind of token.
#[derive(Clone, Debug)]
pub(crate) struct TokenFile {
    pub(crate) kind: Kind,
    pub(crate) path: PathBuf,
}

/// The file that is named for a kind. Two would be one too many.
pub(super) fn path(named: &[TokenFile], kind: Kind) -> io::Result<Option<PathBuf>> {
    let mut of_kind = named.iter().filter(|file| file.kind == kind);
    let first = of_kind.next().map(|file| file.path.clone());
    if of_kind.next().is_some() {
        let said = format!(
            "--token-file names two files for the {} token: expected one",
            kind.name()
        );
        return Err(io::Error::new(ErrorKind::InvalidData, said));
    }
    Ok(first)
}
