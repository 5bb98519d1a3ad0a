pub(crate) mod text;

use chrono::Utc;
use zombie_sweeper::inspect::{HistoryOptions, Source, history};
use zombie_sweeper::store::read_database;

use super::args::{Cli, HistoryArgs};
use super::exit::Exit;
use super::profile::{self, Failed};
use super::{output, remembered, signals};

/// `zombie-sweeper history`: what was reaped, and what became of it.
pub(crate) fn run(cli: &Cli, args: &HistoryArgs) -> anyhow::Result<Exit> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let options = options(args);
    let (elsewhere, unread) = remembered::reaps(cli, args.task.as_deref());
    let configure = |conn: &mut _| signals::obey(conn, cli.database.busy_timeout);
    let look = |conn: &mut _| {
        profile::look(conn, asked.as_ref(), |conn, profile| {
            history(conn, &options.clone().profile(profile.clone()), elsewhere.clone())
        })
    };
    let opened_by = asked.clone().unwrap_or_default();
    let ((mut found, taken), copied) =
        read_database::<_, Failed>(&cli.database.db, &opened_by, configure, signals::none, look)?;
    let unread = unread.filter(|_| found.source != Source::Events);
    let warnings = taken.into_iter().chain(copied).chain(unread);
    found.warnings.splice(0..0, warnings);
    let printed = output::print(cli.log.format, &found, |out| text::history(out, &found));
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}

fn options(args: &HistoryArgs) -> HistoryOptions {
    #[expect(
        clippy::disallowed_methods,
        reason = "a question is of this moment, unless it names another"
    )]
    let now = args.now.unwrap_or_else(Utc::now);
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
