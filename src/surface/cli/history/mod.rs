pub(crate) mod text;

use zombie_sweeper::in_full;
use zombie_sweeper::inspect::{HistoryOptions, Source, history};
use zombie_sweeper::ledger::{Ledger, LedgerError, ReapFilter, Scope};
use zombie_sweeper::zombie::PastReap;

use super::args::{Cli, HistoryArgs};
use super::exit::Exit;
use super::{output, profile, queue, wall_clock};

/// `zombie-sweeper history`: what was reaped, and what became of it.
pub(crate) fn run(cli: &Cli, args: &HistoryArgs) -> anyhow::Result<Exit> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let options = options(args);
    let (elsewhere, unread) = in_the_ledger(cli, args);
    let (mut found, warnings) = queue::look(&cli.database, asked.as_ref(), |conn, profile| {
        history(conn, &options.clone().profile(profile.clone()), elsewhere.clone())
    })?;
    // That there is none yet is worth no word where the events tell it all.
    let unread = unread
        .filter(|why| found.source != Source::Events || !matches!(why, LedgerError::Missing(_)))
        .map(|why| in_full(&why));
    found.warnings.splice(0..0, warnings.into_iter().chain(unread));
    let printed = output::print(cli.log.format, &found, |out| text::history(out, &found));
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}

/// The reaps that the ledger remembers of this database, where there is one; or why they cannot be read.
fn in_the_ledger(cli: &Cli, args: &HistoryArgs) -> (Option<Vec<PastReap>>, Option<LedgerError>) {
    let Some(path) = cli.ledger.path() else {
        return (None, None);
    };
    let filter = ReapFilter {
        task: args.task.clone(),
        database: Some(Scope::new(&cli.database.db, None).database),
        ..ReapFilter::default()
    };
    match Ledger::open_to_read(path).and_then(|ledger| ledger.reaps(&filter)) {
        Ok(reaps) => (Some(reaps), None),
        Err(error) => (None, Some(error)),
    }
}

fn options(args: &HistoryArgs) -> HistoryOptions {
    let now = args.now.unwrap_or_else(wall_clock::now);
    let mut options = HistoryOptions::at(now).limit(args.limit);
    if let Some(since) = args.since {
        options = options.since(since);
    }
    if let Some(task) = &args.task {
        options = options.task(task);
    }
    if let Some(project) = &args.project {
        options = options.project(project);
    }
    if let Some(reason) = &args.reason {
        options = options.reason(reason);
    }
    options
}
