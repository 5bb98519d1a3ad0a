mod suggestion;
mod text;

use zombie_sweeper::inspect::{OutcomesOptions, outcomes};

use super::args::{Cli, OutcomesArgs};
use super::exit::Exit;
use super::{learned, output, profile, queue, remembered, wall_clock};

/// `zombie-sweeper outcomes`: what became of the reaps, and which were contested.
pub(crate) fn run(cli: &Cli, args: &OutcomesArgs) -> anyhow::Result<Exit> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let options = options(cli, args);
    let (elsewhere, unread) = remembered::reaps(cli, None);
    let (mut found, warnings) = queue::look(&cli.database, asked.as_ref(), |conn, profile| {
        outcomes(conn, &options.clone().profile(profile.clone()), elsewhere.clone())
    })?;
    let unread = unread.and_then(|why| remembered::told(&why, found.source));
    found.warnings.splice(0..0, warnings.into_iter().chain(unread));
    let printed = output::print(cli.log.format, &found, |out| text::outcomes(out, &found));
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}

fn options(cli: &Cli, args: &OutcomesArgs) -> OutcomesOptions {
    let now = args.now.unwrap_or_else(wall_clock::now);
    let mut options = OutcomesOptions::at(now).since(args.since).horizon(args.horizon);
    if let Some(project) = &args.project {
        options = options.project(project);
    }
    if let Some(reason) = &args.reason {
        options = options.reason(reason);
    }
    if let Some(stale_after) = args.stale_after() {
        options = options.stale_after(stale_after);
    }
    if args.suggest {
        options = options.suggest(learned::recall_if_any(cli));
    }
    options
}
