use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// List the profiles that ship, as text unless --format says json; no database is needed
    #[arg(long, env = "ZOMBIE_SWEEPER_LIST", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) list: bool,
    /// Draft a profile for the database, with what each line rests on
    #[arg(long, conflicts_with = "list", env = "ZOMBIE_SWEEPER_INIT", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) init: bool,
    /// With --init: write the draft into this new file; `-` is standard output
    #[arg(
        long,
        value_name = "FILE",
        requires = "init",
        env = "ZOMBIE_SWEEPER_OUTPUT",
        hide_env = true
    )]
    pub(crate) output: Option<PathBuf>,
}
