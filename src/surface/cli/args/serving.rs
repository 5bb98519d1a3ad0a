//! Where a server listens, and whom it lets in.

use std::ffi::{OsStr, OsString};
use std::net::{Ipv6Addr, SocketAddr};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use clap::Args;
use clap::builder::{FalseyValueParser, OsStringValueParser, TypedValueParser as _};

use crate::surface::http::tokens::TokenFile;

/// On this machine only; the port is one that nobody has a claim to.
pub(crate) const LISTEN: &str = "127.0.0.1:8639";

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Serving")]
pub(crate) struct ServingArgs {
    /// Serve on this address [default: 127.0.0.1:8639]
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "ZOMBIE_SWEEPER_LISTEN",
        hide_env = true
    )]
    #[arg(value_parser = parse_address)]
    pub(crate) listen: Option<SocketAddr>,
    /// Serve on this Unix socket instead, in a folder closed to others
    #[arg(long, value_name = "PATH", env = "ZOMBIE_SWEEPER_UNIX", hide_env = true)]
    #[arg(conflicts_with = "listen")]
    pub(crate) unix: Option<PathBuf>,
    /// A proxy that speaks TLS stands before it: other machines may reach the address
    #[arg(long, env = "ZOMBIE_SWEEPER_BEHIND_TLS", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) behind_tls: bool,
    /// The names it goes by besides localhost
    #[arg(
        long,
        value_name = "HOST,…",
        env = "ZOMBIE_SWEEPER_ALLOWED_HOSTS",
        hide_env = true
    )]
    #[arg(value_delimiter = ',', value_parser = parse_host)]
    pub(crate) allowed_hosts: Vec<String>,
    /// Read a token from this file instead of making one: read, mcp or write
    #[arg(
        long,
        value_name = "KIND=PATH",
        env = "ZOMBIE_SWEEPER_TOKEN_FILE",
        hide_env = true
    )]
    #[arg(value_delimiter = ',', value_parser = OsStringValueParser::new().try_map(|text| parse_token_file(&text)))]
    pub(crate) token_file: Vec<TokenFile>,
    /// Let nobody write: no sweep, no unpark, no watch
    #[arg(long, env = "ZOMBIE_SWEEPER_READ_ONLY", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) read_only: bool,
    /// A model may sweep though its client cannot ask a person
    #[arg(long, env = "ZOMBIE_SWEEPER_ALLOW_UNCONFIRMED", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) allow_unconfirmed: bool,
}

impl ServingArgs {
    /// What is wrong with what was asked for, where it is only seen together.
    pub(super) fn refused(&self) -> Option<String> {
        let address = self.listen.filter(|address| !address.ip().is_loopback())?;
        (!self.behind_tls).then(|| {
            format!(
                "--listen (ZOMBIE_SWEEPER_LISTEN) names {address}, which other machines reach, and what is served is not encrypted: \
                 expected an address of this machine, such as {LISTEN}, or --behind-tls where a proxy stands before it"
            )
        })
    }
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("expected an address and a port, such as {LISTEN} or [::1]:8639"))
}

/// The name alone: it is reached by whatever port a proxy or a tunnel gives it.
fn parse_host(text: &str) -> Result<String, String> {
    let is_literal = text.starts_with('[') && text.ends_with(']');
    let name = text.trim_start_matches('[').trim_end_matches(']');
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let is_fit = if is_literal {
        name.parse::<Ipv6Addr>().is_ok()
    } else {
        is_name(text)
    };
    if is_fit {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("expected the name of a host without scheme and port, such as sweeper.example.org".to_owned())
    }
}

pub(super) fn parse_token_file(text: &OsStr) -> Result<TokenFile, String> {
    let expected = "expected KIND=PATH, such as write=/etc/zombie-sweeper/write.token";
    let bytes = text.as_bytes();
    let at = bytes.iter().position(|byte| *byte == b'=').ok_or(expected)?;
    let (kind, path) = (
        bytes.get(..at).unwrap_or_default(),
        bytes.get(at + 1..).unwrap_or_default(),
    );
    let kind = String::from_utf8_lossy(kind)
        .parse()
        .map_err(|kinds| format!("{expected}; {kinds}"))?;
    if path.is_empty() {
        return Err(expected.to_owned());
    }
    Ok(TokenFile {
        kind,
        path: PathBuf::from(OsString::from_vec(path.to_vec())),
    })
}
