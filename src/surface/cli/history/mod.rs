pub(crate) mod text;

use zombie_sweeper::inspect::HistoryOptions;

use super::args::{Cli, HistoryArgs};
use super::output;
use crate::surface::exit::Exit;
use crate::surface::{verbs, wall_clock};

/// `zombie-sweeper history`: what was reaped, and what became of it.
pub(crate) fn run(cli: &Cli, args: &HistoryArgs) -> anyhow::Result<Exit> {
    let found = verbs::history(&cli.site(), &options(args), args.task.as_deref())?;
    let printed = output::print(cli.log.format, &found, |out| text::history(out, &found));
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
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
