use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use super::time::parse_patience;

#[derive(Debug, Args)]
#[command(next_help_heading = "Ledger")]
pub(crate) struct LedgerArgs {
    /// The file that remembers past sweeps [default: none]
    #[arg(
        long,
        value_name = "PATH",
        global = true,
        env = "ZOMBIE_SWEEPER_LEDGER",
        hide_env = true
    )]
    #[arg(value_parser = OsStringValueParser::new().map(PathBuf::from))]
    ledger: Option<PathBuf>,
    /// How long each sweep is kept there
    #[arg(
        long,
        value_name = "TIME",
        global = true,
        env = "ZOMBIE_SWEEPER_LEDGER_KEEP",
        hide_env = true
    )]
    #[arg(default_value = "90d", value_parser = parse_patience)]
    pub(crate) ledger_keep: Duration,
    /// What tells this boot of the machine from others, where a sandbox hides it
    #[arg(
        long,
        value_name = "ID",
        global = true,
        env = "ZOMBIE_SWEEPER_BOOT_ID",
        hide = true
    )]
    pub(crate) boot_id: Option<String>,
}

impl LedgerArgs {
    /// The path, where there is to be one: an empty one, as a variable may be, is none.
    pub(crate) fn path(&self) -> Option<&PathBuf> {
        self.ledger.as_ref().filter(|path| !path.as_os_str().is_empty())
    }
}
