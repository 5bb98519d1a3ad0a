//! What can be said on the command line, a file a group of options, and one for those of each command.

mod completions;
mod database;
mod demo;
mod doctor;
mod explain;
mod history;
mod kept_plan;
mod ledger;
mod man;
mod mcp;
mod metrics;
mod number;
mod outcomes;
mod output;
mod parking;
mod policy;
mod reaping;
mod schema;
mod serve;
mod serving;
mod shown;
mod sweep;
mod time;
mod unpark;
mod watch;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use zombie_sweeper::ledger::refuse_misplaced;

pub(crate) use completions::CompletionsArgs;
pub(crate) use database::DatabaseArgs;
pub(crate) use demo::DemoArgs;
pub(crate) use doctor::DoctorArgs;
pub(crate) use explain::ExplainArgs;
pub(crate) use history::HistoryArgs;
pub(crate) use kept_plan::KeptPlanArgs;
pub(crate) use ledger::LedgerArgs;
pub(crate) use man::ManArgs;
pub(crate) use mcp::McpArgs;
pub(crate) use outcomes::OutcomesArgs;
pub(crate) use output::{Format, LogArgs};
pub(crate) use policy::PolicyArgs;
pub(crate) use schema::SchemaArgs;
pub(crate) use serve::ServeArgs;
pub(crate) use serving::{LISTEN, ServingArgs};
pub(crate) use sweep::SweepArgs;
pub(crate) use unpark::UnparkArgs;
pub(crate) use watch::WatchArgs;
use watch::Writes;

use crate::surface::exit;
use crate::surface::metrics::is_beside;
use crate::surface::verbs::{InForce, LedgerFile, Site, Sweeps};

const EXAMPLES: &str = "\
Examples:
  zombie-sweeper --project SciDEX --dry-run     what would be reaped, as JSON
  zombie-sweeper --dry-run --format text        the same of all projects, for people
  zombie-sweeper --db /srv/orchestra.db         sweep
  zombie-sweeper --db /srv/orchestra.db watch   stay, and sweep whenever there is something to sweep
  zombie-sweeper --db /srv/orchestra.db serve   the same, with a page, an API and MCP on http://127.0.0.1:8639
  zombie-sweeper explain TASK --format text     why that one was taken, or what would be done to it
  zombie-sweeper history --format text          what was reaped, and what became of it
  zombie-sweeper outcomes --format text         how many of the reaps came to what, and were contested
  zombie-sweeper schema --format text           what it understands of the database
  zombie-sweeper schema --list                  the queues that it comes with a profile for
  zombie-sweeper doctor --format text           what is wrong with the queue
  zombie-sweeper demo                           see it work, on a database of its own";

const ENVIRONMENT: &str = "\
Environment:
  Every option but --plan and doctor's --trial has a variable: ORCHESTRA_DB for --db, and ZOMBIE_SWEEPER_
  with the name for the others, such as ZOMBIE_SWEEPER_STALE_AFTER=15m. What the command line says goes first.";

/// Finds tasks whose workers died in a SQLite task queue, and resets them in one transaction.
///
/// A running task is a zombie if its run has already ended, if it has no run and nobody has touched it for long,
/// or if its run has been silent for too long. The bare command finds the zombies, abandons their runs, makes the
/// tasks eligible again, records an event for each, and prints one JSON summary. Where there is none, it writes
/// nothing.
#[derive(Debug, Parser)]
#[command(name = "zombie-sweeper", version, verbatim_doc_comment)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{}", exit::help()))]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) sweep: SweepArgs,
    #[command(flatten)]
    pub(crate) ledger: LedgerArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

impl Cli {
    /// Which queue, and where it is remembered what was done to it.
    pub(crate) fn site(&self) -> Site {
        let ledger = self.ledger.path().map(|path| LedgerFile {
            path: path.clone(),
            keep: self.ledger.ledger_keep,
            boot_id: self.ledger.boot_id.clone(),
        });
        Site {
            db: self.database.db.clone(),
            is_shared: false,
            profile: Arc::new(InForce::named(self.database.profile.clone())),
            busy_timeout: self.database.busy_timeout,
            ledger,
            metrics: self.sweep.metrics.file().cloned(),
            told: None,
            watching: None,
        }
    }

    /// Which sweeps are asked for.
    pub(crate) fn sweeps(&self) -> Sweeps<'_> {
        Sweeps {
            project: self.sweep.project.as_deref(),
            is_narrowed: !self.sweep.task.is_empty(),
            is_dry: self.sweep.dry_run,
        }
    }
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Show what plays which role in the database
    Schema(SchemaArgs),
    /// Say what is wrong with the queue, or will be, and what to do about it
    Doctor(DoctorArgs),
    /// Say why a task was taken, or what a sweep would do to it
    Explain(ExplainArgs),
    /// List what was reaped, and what became of it
    History(HistoryArgs),
    /// Say what became of the reaps together, and which were contested
    Outcomes(OutcomesArgs),
    /// Open a task again that a sweep has parked
    Unpark(UnparkArgs),
    /// Stay, and sweep whenever there is something to sweep
    Watch(WatchArgs),
    /// Watch, and answer over HTTP: programs, models and people
    Serve(ServeArgs),
    /// Let a model ask, over MCP on the standard streams; a person is asked before it reaps
    Mcp(McpArgs),
    /// See a sweep at work, on a small database of its own
    Demo(DemoArgs),
    /// Print what completes the command line in a shell, for packages
    #[command(hide = true)]
    Completions(CompletionsArgs),
    /// Print the manual, for packages
    #[command(hide = true)]
    Man(ManArgs),
}

/// The program as its help shows it.
pub(crate) fn shown() -> clap::Command {
    shown::without_hidden(Cli::command())
}

/// Parses the command line; help, version and errors are printed, and come back as the exit code.
pub(crate) fn parse() -> Result<Cli, ExitCode> {
    if asks_for_the_version() {
        let _ = writeln!(
            io::stdout(),
            "{} {}",
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION")
        );
        return Err(ExitCode::SUCCESS);
    }
    let parsed = Cli::command().try_get_matches().and_then(|matches| {
        let mut cli = Cli::from_arg_matches(&matches)?;
        cli.database.profile = one_profile(&matches, &cli.database)?;
        if matches!(&cli.command, Some(Command::Schema(args)) if args.list) && !is_given(&matches, "format") {
            cli.log.format = Format::Text;
        }
        refuse_stray_options(&matches, &cli)?;
        refuse_unknown_variables()?;
        refuse_a_sweep_of_another_time(&cli)?;
        refuse_what_a_plan_has_of_its_own(&matches, &cli)?;
        take_what_is_watched(&mut cli)?;
        refuse_to_serve_everybody(&cli)?;
        take_what_a_model_may_ask_for(&mut cli)?;
        refuse_metrics_for_a_database(&cli)?;
        refuse_a_misplaced_ledger(&cli)?;
        refuse_to_learn_without_a_ledger(&cli)?;
        Ok(cli)
    });
    parsed.map_err(|error| {
        let _ = error.print(); // where even that fails, nobody is listening
        u8::try_from(error.exit_code()).unwrap_or(2).into()
    })
}

/// Whether it asks for that alone: no option need be put together to answer, which takes longer than all the rest.
fn asks_for_the_version() -> bool {
    let mut args = std::env::args_os().skip(1);
    let is_version = args.next().is_some_and(|arg| arg == "--version" || arg == "-V");
    is_version && args.next().is_none()
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
            let option = id.replace('_', "-");
            let mut program = Cli::command();
            program.build(); // the options of a command are put together when somebody asks for them
            let own = program
                .find_subcommand(command)
                .into_iter()
                .flat_map(clap::Command::get_arguments);
            let text = if own.into_iter().any(|arg| arg.get_id() == id) {
                format!(
                    "--{option} before `{command}` is that of the sweep: expected behind it, as in `{command} --{option} …`"
                )
            } else {
                format!("--{option} is an option of the sweep; `{command}` takes none of that name")
            };
            Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text))
        }
    }
}

/// `requires` is content with a variable that says no.
fn refuse_a_sweep_of_another_time(cli: &Cli) -> Result<(), clap::Error> {
    if cli.command.is_some() || cli.sweep.now.is_none() || cli.sweep.dry_run {
        return Ok(());
    }
    let text = "--now is for a dry run: a sweep is of this moment";
    Err(Cli::command().error(clap::error::ErrorKind::MissingRequiredArgument, text))
}

/// What a plan lists was fixed when it was made, and its server has a queue and options of its own. Variables may be there for other
/// commands; but who asks for a dry run by one wants nothing to be written.
fn refuse_what_a_plan_has_of_its_own(matches: &clap::ArgMatches, cli: &Cli) -> Result<(), clap::Error> {
    let given = |id: &str| matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine);
    let sweep = LedgerArgs::augment_args(DatabaseArgs::augment_args(SweepArgs::augment_args(
        clap::Command::new("sweep"),
    )));
    let of_plans = KeptPlanArgs::augment_args(clap::Command::new("plan"));
    let is_of_plans = |id: &str| of_plans.get_arguments().any(|arg| arg.get_id() == id);
    let mut ids = sweep.get_arguments().map(|arg| arg.get_id().as_str());
    if cli.sweep.kept_plan.plan.is_none() {
        return match ids
            .find(|id| is_of_plans(id) && given(id))
            .filter(|_| cli.command.is_none())
        {
            None => Ok(()),
            Some(id) => {
                let text = format!("--{} is for --plan: expected one with it", id.replace('_', "-"));
                Err(Cli::command().error(clap::error::ErrorKind::MissingRequiredArgument, text))
            }
        };
    }
    let stray = ids
        .find(|id| !is_of_plans(id) && given(id))
        .or_else(|| cli.sweep.dry_run.then_some("dry_run"));
    match stray {
        None => Ok(()),
        Some(id) => {
            let option = id.replace('_', "-");
            let text = format!(
                "--{option} has no say in --plan: what it lists is what the server sweeps, by options of its own; expected --plan \
                 without it"
            );
            Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text))
        }
    }
}

/// The sweeps of a watch are asked for behind its name.
fn take_what_is_watched(cli: &mut Cli) -> Result<(), clap::Error> {
    let (watch, name, writes) = match &cli.command {
        Some(Command::Watch(watch)) => (watch, "watch", Writes::Always),
        Some(Command::Serve(serve)) if serve.serving.read_only => (&serve.watch, "serve", Writes::Never),
        Some(Command::Serve(serve)) => (&serve.watch, "serve", Writes::UnlessToldNotTo),
        _ => return Ok(()),
    };
    if let Some(refused) = WatchArgs::refused(&cli.sweep, name, writes) {
        return Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, refused));
    }
    cli.sweep = watch.sweep();
    Ok(())
}

/// Who listens to other machines in the clear tells everybody between them the token.
fn refuse_to_serve_everybody(cli: &Cli) -> Result<(), clap::Error> {
    let refused = match &cli.command {
        Some(Command::Serve(serve)) => serve.serving.refused(),
        _ => None,
    };
    match refused {
        Some(text) => Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text)),
        None => Ok(()),
    }
}

/// The sweeps that a model may ask for are described behind the name of its command.
fn take_what_a_model_may_ask_for(cli: &mut Cli) -> Result<(), clap::Error> {
    let Some(Command::Mcp(mcp)) = &cli.command else {
        return Ok(());
    };
    if let Some(refused) = mcp.refused(&cli.sweep) {
        return Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, refused));
    }
    cli.sweep = mcp.sweep();
    Ok(())
}

/// They would replace it.
fn refuse_metrics_for_a_database(cli: &Cli) -> Result<(), clap::Error> {
    let database = &cli.database.db;
    let is_swept = matches!(
        cli.command,
        None | Some(Command::Watch(_) | Command::Serve(_) | Command::Mcp(_))
    );
    match cli.sweep.metrics.file() {
        Some(metrics) if is_swept && is_beside(metrics, database) => {
            let text = format!(
                "--metrics-file names {}, which is of the database {}: expected a file of its own",
                metrics.display(),
                database.display()
            );
            Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text))
        }
        _ => Ok(()),
    }
}

/// Before anything is opened: a ledger in the place of the queue's own files would be the end of them.
fn refuse_a_misplaced_ledger(cli: &Cli) -> Result<(), clap::Error> {
    let Some(path) = cli.ledger.path() else {
        return Ok(());
    };
    refuse_misplaced(path, &cli.database.db).map_err(|why| {
        let text = format!("--ledger (ZOMBIE_SWEEPER_LEDGER): {why}");
        Cli::command().error(clap::error::ErrorKind::ValueValidation, text)
    })
}

/// Nothing is learned by whom nothing is remembered.
fn refuse_to_learn_without_a_ledger(cli: &Cli) -> Result<(), clap::Error> {
    let policy = match &cli.command {
        None | Some(Command::Watch(_) | Command::Serve(_) | Command::Mcp(_)) => Some(&cli.sweep.policy),
        Some(Command::Doctor(args)) => Some(&args.policy),
        Some(Command::Explain(args)) => Some(&args.policy),
        Some(_) => None,
    };
    if cli.ledger.path().is_some() || !policy.is_some_and(PolicyArgs::is_auto) {
        return Ok(());
    }
    let text = "--stale-after auto (ZOMBIE_SWEEPER_STALE_AFTER) learns from what past sweeps remember, and there is no ledger: expected \
                --ledger PATH (ZOMBIE_SWEEPER_LEDGER) with it, such as /var/lib/zombie-sweeper/ledger.db, or a time";
    Err(Cli::command().error(clap::error::ErrorKind::MissingRequiredArgument, text))
}

/// A misspelt `ZOMBIE_SWEEPER_DRYRUN` would be ignored in silence, and the sweep would be real.
fn refuse_unknown_variables() -> Result<(), clap::Error> {
    let names = std::env::vars_os().map(|(name, _)| name);
    let ours: Vec<_> = names
        .filter(|name| name.as_encoded_bytes().starts_with(b"ZOMBIE_SWEEPER_"))
        .collect();
    if ours.is_empty() {
        return Ok(());
    }
    let mut program = Cli::command();
    program.build(); // the options of a command are put together when somebody asks for them
    let is_known = |name: &&OsString| {
        let takes_it =
            |command: &clap::Command| command.get_arguments().any(|arg| arg.get_env() == Some(name));
        takes_it(&program) || program.get_subcommands().any(takes_it)
    };
    match ours.iter().find(|name| !is_known(name)) {
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
