use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use super::serving::parse_token_file;
use crate::surface::http::tokens::TokenFile;

/// A plan that a server keeps, to be swept by that server.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct KeptPlanArgs {
    /// Have a server sweep this plan, which it keeps; with --socket
    #[arg(long, value_name = "ID", requires = "socket", value_parser = parse_plan)]
    pub(crate) plan: Option<String>,
    /// The Unix socket of the server that keeps the --plan
    #[arg(long, value_name = "PATH", env = "ZOMBIE_SWEEPER_SOCKET", hide_env = true)]
    pub(crate) socket: Option<PathBuf>,
    /// With --plan: the file of that server's write token [default: that of `serve`]
    #[arg(
        long,
        value_name = "KIND=PATH",
        env = "ZOMBIE_SWEEPER_TOKEN_FILE",
        hide_env = true
    )]
    #[arg(value_delimiter = ',', value_parser = OsStringValueParser::new().try_map(|text| parse_token_file(&text)))]
    pub(crate) token_file: Vec<TokenFile>,
}

fn parse_plan(text: &str) -> Result<String, String> {
    let is_one = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_one {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("expected the id that the server gave it, 32 hexadecimal digits".to_owned())
    }
}
