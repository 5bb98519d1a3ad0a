//! The command line.

pub(crate) mod args;
mod completions;
mod demo;
mod doctor;
mod explain;
mod given;
mod history;
mod init;
mod kept_plan;
mod listener;
mod man;
mod mcp;
mod outcomes;
mod output;
mod schema;
mod serve;
mod sweep;
pub(crate) mod text;
mod thresholds;
mod unpark;
mod watch;
mod wrap;

use std::process::ExitCode;

use args::{Cli, Command};

use super::exit::Exit;
use super::{failure, log, signals};

pub(crate) fn run() -> ExitCode {
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    log::init(&cli.log);
    let done = signals::watch().map_err(Into::into).and_then(|()| dispatch(&cli));
    let exit = done.unwrap_or_else(|error| {
        log::failure(&error, &cli.log);
        failure::exit(&error)
    });
    log::finish();
    exit.into()
}

fn dispatch(cli: &Cli) -> anyhow::Result<Exit> {
    match &cli.command {
        None => sweep::run(cli),
        Some(Command::Schema(args)) if args.list => schema::list(cli),
        Some(Command::Schema(schema)) if schema.init => init::run(cli, schema),
        Some(Command::Schema(_)) => schema::run(cli),
        Some(Command::Explain(explain)) => explain::run(cli, explain),
        Some(Command::Unpark(args)) => unpark::run(cli, args),
        Some(Command::History(history)) => history::run(cli, history),
        Some(Command::Outcomes(args)) => outcomes::run(cli, args),
        Some(Command::Watch(args)) => watch::run(cli, args),
        Some(Command::Serve(args)) => serve::run(cli, args),
        Some(Command::Mcp(args)) => mcp::run(cli, args),
        Some(Command::Demo(demo)) => demo::run(demo),
        Some(Command::Completions(shell)) => completions::run(shell),
        Some(Command::Man(man)) => man::run(man),
        Some(Command::Doctor(args)) => doctor::run(cli, args),
    }
}
