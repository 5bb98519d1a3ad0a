//! What lets somebody in: three tokens, each in a file of its own.

mod file;
mod kind;
mod secret;

use std::io::{self, ErrorKind};
use std::path::PathBuf;

pub(crate) use kind::Kind;
pub(crate) use secret::Secret;

/// A file that the operator names for a kind of token.
#[derive(Clone, Debug)]
pub(crate) struct TokenFile {
    pub(crate) kind: Kind,
    pub(crate) path: PathBuf,
}

/// The tokens that let somebody in.
pub(crate) struct Tokens([(Kind, Secret); 3]);

impl Tokens {
    /// Those of the files that were named; the others from files of our own, made where they are missing.
    pub(crate) fn load(named: &[TokenFile]) -> io::Result<Self> {
        let [read, mcp, write] = Kind::ALL.map(|kind| load(named, kind).map(|secret| (kind, secret)));
        let tokens = Self([read?, mcp?, write?]);
        tokens.check()?;
        Ok(tokens)
    }

    /// The kind of a token, where it is one of ours. It is compared with all of them, so that how long it takes tells nothing.
    pub(super) fn kind(&self, presented: &str) -> Option<Kind> {
        let same = self
            .0
            .each_ref()
            .map(|(kind, secret)| (*kind, secret.is(presented)));
        same.into_iter()
            .find(|(_, is)| bool::from(*is))
            .map(|(kind, _)| kind)
    }

    /// One token for two kinds would be of the one that opens more.
    fn check(&self) -> io::Result<()> {
        for (at, (kind, secret)) in self.0.iter().enumerate() {
            let mut others = self.0.iter().skip(at + 1);
            if let Some((other, _)) = others.find(|(_, other)| other.is(secret.shown()).into()) {
                let said = format!(
                    "the {} token and the {} token are the same: expected one for each, as they open different things",
                    kind.name(),
                    other.name()
                );
                return Err(io::Error::new(ErrorKind::InvalidData, said));
            }
        }
        Ok(())
    }
}

fn load(named: &[TokenFile], kind: Kind) -> io::Result<Secret> {
    if let Some(named) = path(named, kind)? {
        return file::read_given(&named);
    }
    let folder = file::folder()?;
    file::make_folder(&folder)?;
    let own = file::own(&folder, kind);
    file::make(&own)?;
    file::read_own(&own)
}

/// The token of a kind that a server has loaded from the same places; it makes none.
pub(crate) fn known(named: &[TokenFile], kind: Kind) -> io::Result<Secret> {
    if let Some(named) = path(named, kind)? {
        return file::read_given(&named);
    }
    let folder = file::folder().map_err(|error| {
        let name = kind.name();
        let said = format!(
            "it is not known where the {name} token is kept: expected STATE_DIRECTORY, XDG_STATE_HOME or HOME, or --token-file {name}=PATH"
        );
        io::Error::new(error.kind(), said)
    })?;
    file::read_own(&file::own(&folder, kind))
}

/// The file that is named for a kind. Two would be one too many.
fn path(named: &[TokenFile], kind: Kind) -> io::Result<Option<PathBuf>> {
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

/// Where those are kept that are not named, for people.
pub(crate) fn place() -> io::Result<PathBuf> {
    file::folder()
}
