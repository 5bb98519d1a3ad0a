use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::builder::{FalseyValueParser, NonEmptyStringValueParser};
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use zombie_sweeper::zombie::{Calendar, TimeZone, Timestamp};

use super::exit;

const EXAMPLES: &str = "\
Examples:
  zombie-sweeper --project SciDEX --dry-run     what would be reaped, as JSON
  zombie-sweeper --dry-run --format text        the same of all projects, for people
  zombie-sweeper --db /srv/orchestra.db         sweep
  zombie-sweeper schema --format text           what it understands of the database
  zombie-sweeper schema --list                  the queues that it comes with a profile for
  zombie-sweeper demo                           see it work, on a database of its own";

const ENVIRONMENT: &str = "\
Environment:
  Every option has a variable: ORCHESTRA_DB for --db, and ZOMBIE_SWEEPER_ with the option's name for the
  others, such as ZOMBIE_SWEEPER_STALE_AFTER=15m. What the command line says goes first.";

/// Finds tasks whose workers died in a SQLite task queue, and resets them in one transaction.
///
/// A running task is a zombie if its run has already ended, if it has no run and nobody has touched it for long,
/// or if its run has been silent for too long. The bare command finds the zombies, abandons their runs, makes the
/// tasks eligible again, records an event for each, and prints one JSON summary. Where there is none, it writes
/// nothing.
#[derive(Debug, Parser)]
#[command(
    name = "zombie-sweeper",
    version,
    verbatim_doc_comment,
    disable_help_subcommand = true
)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{}", exit::help()))]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) sweep: SweepArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what plays which role in the database
    Schema(SchemaArgs),
    /// See a sweep at work, on a small database of its own
    Demo(DemoArgs),
}

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
    schema: Option<PathBuf>,
    /// How long to wait for a locked database
    #[arg(
        long,
        value_name = "TIME",
        global = true,
        env = "ZOMBIE_SWEEPER_BUSY_TIMEOUT",
        hide_env = true
    )]
    #[arg(default_value = "5s", value_parser = humantime::parse_duration)]
    pub(crate) busy_timeout: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Sweep")]
pub(crate) struct SweepArgs {
    /// Sweep this project only, by name or id [default: all]
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_PROJECT", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) project: Option<String>,
    /// Find the zombies, write nothing
    #[arg(long, short = 'n', env = "ZOMBIE_SWEEPER_DRY_RUN", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) dry_run: bool,
    /// With --dry-run: what would have been reaped at this time
    #[arg(
        long,
        value_name = "TIME",
        requires = "dry_run",
        env = "ZOMBIE_SWEEPER_NOW",
        hide_env = true
    )]
    #[arg(value_parser = parse_now)]
    pub(crate) now: Option<DateTime<Utc>>,
    /// A run silent for longer than this is dead [default: 15m]
    #[arg(
        long,
        value_name = "TIME",
        env = "ZOMBIE_SWEEPER_STALE_AFTER",
        hide_env = true
    )]
    #[arg(value_parser = parse_patience)]
    pub(crate) stale_after: Option<Duration>,
    /// A claim without a run is dead after this [default: --stale-after]
    #[arg(
        long,
        value_name = "TIME",
        env = "ZOMBIE_SWEEPER_CLAIM_GRACE",
        hide_env = true
    )]
    #[arg(value_parser = parse_patience)]
    pub(crate) claim_grace: Option<Duration>,
    /// A task may stay running this long after its run has ended
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_SETTLE", hide_env = true)]
    #[arg(default_value = "0s", value_parser = humantime::parse_duration)]
    pub(crate) settle: Duration,
    /// Look twice, so far apart, before silence is taken for death
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_CONFIRM", hide_env = true)]
    #[arg(default_value = "0s", value_parser = humantime::parse_duration)]
    pub(crate) confirm: Duration,
    /// Reap at most so many zombies in one transaction
    #[arg(
        long,
        value_name = "N",
        env = "ZOMBIE_SWEEPER_BATCH_SIZE",
        hide_env = true,
        default_value = "10000"
    )]
    pub(crate) batch_size: NonZeroUsize,
    /// The name that the events are written in
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_ACTOR", hide_env = true)]
    #[arg(default_value = "zombie-sweeper", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) actor: String,
    /// Show the evidence of each zombie
    #[arg(long, env = "ZOMBIE_SWEEPER_EVIDENCE", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) evidence: bool,
    /// Exit with 3 if there was a zombie, for monitors
    #[arg(long, env = "ZOMBIE_SWEEPER_FAIL_ON_ZOMBIES", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) fail_on_zombies: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct LogArgs {
    /// The summary, on standard output
    #[arg(
        long,
        value_name = "FORMAT",
        global = true,
        env = "ZOMBIE_SWEEPER_FORMAT",
        hide_env = true
    )]
    #[arg(value_enum, default_value = "json")]
    pub(crate) format: Format,
    /// The log, on standard error
    #[arg(
        long,
        value_name = "FORMAT",
        global = true,
        env = "ZOMBIE_SWEEPER_LOG_FORMAT",
        hide_env = true
    )]
    #[arg(value_enum, default_value = "text")]
    pub(crate) log_format: Format,
    /// Log each reap; twice: also each verdict that took a closer look
    #[arg(long, short, global = true, env = "ZOMBIE_SWEEPER_VERBOSE", hide_env = true)]
    #[arg(action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Log errors only
    #[arg(long, short, global = true, env = "ZOMBIE_SWEEPER_QUIET", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) quiet: bool,
}

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

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Leave the database there, to try the commands on
    #[arg(long, env = "ZOMBIE_SWEEPER_KEEP", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) keep: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Json,
    Text,
}

/// Parses the command line; help, version and errors are printed, and come back as the exit code.
pub(crate) fn parse() -> Result<Cli, ExitCode> {
    let parsed = Cli::command().try_get_matches().and_then(|matches| {
        let mut cli = Cli::from_arg_matches(&matches)?;
        cli.database.profile = one_profile(&matches, &cli.database)?;
        if matches!(&cli.command, Some(Command::Schema(args)) if args.list) && !is_given(&matches, "format") {
            cli.log.format = Format::Text;
        }
        refuse_stray_options(&matches, &cli)?;
        refuse_unknown_variables()?;
        refuse_a_sweep_of_another_time(&cli)?;
        Ok(cli)
    });
    parsed.map_err(|error| {
        let _ = error.print(); // where even that fails, nobody is listening
        u8::try_from(error.exit_code()).unwrap_or(2).into()
    })
}

/// Whether the command line or a variable says it.
fn is_given(matches: &clap::ArgMatches, id: &str) -> bool {
    matches.value_source(id) != Some(clap::parser::ValueSource::DefaultValue)
}

/// The profile under either name. What the command line says goes first; apart from that, two that differ are an error.
fn one_profile(matches: &clap::ArgMatches, args: &DatabaseArgs) -> Result<Option<PathBuf>, clap::Error> {
    let (Some(profile), Some(schema)) = (&args.profile, &args.schema) else {
        return Ok(args.profile.clone().or_else(|| args.schema.clone()));
    };
    let given = |id| matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine);
    match (given("profile"), given("schema")) {
        (false, true) => Ok(Some(schema.clone())),
        (profile_given, schema_given) if profile == schema || profile_given != schema_given => {
            Ok(Some(profile.clone()))
        }
        _ => {
            let text = format!(
                "--profile (ZOMBIE_SWEEPER_PROFILE) names {}, its alias --schema (ZOMBIE_SWEEPER_SCHEMA) names {}: \
                 expected one of them",
                profile.display(),
                schema.display()
            );
            Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text))
        }
    }
}

/// An option of the sweep given to another command would be ignored in silence.
fn refuse_stray_options(matches: &clap::ArgMatches, cli: &Cli) -> Result<(), clap::Error> {
    let Some(command) = matches.subcommand_name().filter(|_| cli.command.is_some()) else {
        return Ok(());
    };
    let sweep = SweepArgs::augment_args(clap::Command::new("sweep"));
    let stray = sweep
        .get_arguments()
        .map(|arg| arg.get_id().as_str())
        .find(|id| matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine));
    match stray {
        None => Ok(()),
        Some(id) => {
            let text = format!(
                "--{} is an option of the sweep; `{command}` takes none of them",
                id.replace('_', "-")
            );
            Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text))
        }
    }
}

/// `requires` is content with a variable that says no.
fn refuse_a_sweep_of_another_time(cli: &Cli) -> Result<(), clap::Error> {
    if cli.sweep.now.is_none() || cli.sweep.dry_run {
        return Ok(());
    }
    let text = "--now is for a dry run: a sweep is of this moment";
    Err(Cli::command().error(clap::error::ErrorKind::MissingRequiredArgument, text))
}

/// A misspelt `ZOMBIE_SWEEPER_DRYRUN` would be ignored in silence, and the sweep would be real.
fn refuse_unknown_variables() -> Result<(), clap::Error> {
    let program = Cli::command();
    let commands = std::iter::once(&program).chain(program.get_subcommands());
    let known: Vec<_> = commands
        .flat_map(clap::Command::get_arguments)
        .filter_map(clap::Arg::get_env)
        .collect();
    let unknown = std::env::vars_os().map(|(name, _)| name).find(|name| {
        name.as_encoded_bytes().starts_with(b"ZOMBIE_SWEEPER_") && !known.contains(&name.as_os_str())
    });
    match unknown {
        None => Ok(()),
        Some(name) => {
            let text = format!(
                "the environment variable {} is that of no option; --help lists them",
                name.display()
            );
            Err(Cli::command().error(clap::error::ErrorKind::UnknownArgument, text))
        }
    }
}

/// A patience of no time at all would take every live task from its worker.
fn parse_patience(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("expected more than no time at all".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(error.to_string()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a number is told apart by its distance from the time it is"
)]
fn parse_now(text: &str) -> Result<DateTime<Utc>, String> {
    let calendar = Calendar::new(Utc::now().into(), TimeZone::default());
    let (reading, _) = calendar.text(text.as_bytes());
    reading
        .at()
        .and_then(Timestamp::to_datetime)
        .ok_or_else(|| "expected a time such as 2026-04-11T03:18:00Z, or seconds since the epoch".to_owned())
}
