//! What lets somebody in: three tokens, each in a file of its own.

mod file;
mod kind;
mod known;
mod named;
mod readers;
mod secret;

use std::io::{self, ErrorKind};
use std::path::PathBuf;

pub(crate) use kind::Kind;
pub(crate) use known::{Known, known};
pub(crate) use named::TokenFile;
use named::path;
pub(crate) use secret::Secret;

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

/// Where those are kept that are not named, for people.
pub(crate) fn place() -> io::Result<PathBuf> {
    file::folder()
}
