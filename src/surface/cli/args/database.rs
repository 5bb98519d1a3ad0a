use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::time::parse_time;

#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(crate) struct DatabaseArgs {
    /// The queue's SQLite database
    #[arg(
        long,
        value_name = "PATH",
        global = true,
        env = "ORCHESTRA_DB",
        default_value = "orchestra.db"
    )]
    #[arg(hide_env = true)]
    pub(crate) db: PathBuf,
    /// A profile of the queue: one that ships, or a TOML file [alias: --schema]
    #[arg(
        long,
        value_name = "NAME|FILE",
        global = true,
        env = "ZOMBIE_SWEEPER_PROFILE",
        hide_env = true
    )]
    pub(crate) profile: Option<PathBuf>,
    /// What --profile was called before there was more than a schema in it
    #[arg(
        long,
        value_name = "NAME|FILE",
        global = true,
        env = "ZOMBIE_SWEEPER_SCHEMA",
        hide = true
    )]
    pub(super) schema: Option<PathBuf>,
    /// How long to wait for a locked database
    #[arg(
        long,
        value_name = "TIME",
        global = true,
        env = "ZOMBIE_SWEEPER_BUSY_TIMEOUT",
        hide_env = true
    )]
    #[arg(default_value = "5s", value_parser = parse_time)]
    pub(crate) busy_timeout: Duration,
}
