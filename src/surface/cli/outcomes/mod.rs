mod suggestion;
mod text;

use zombie_sweeper::inspect::OutcomesOptions;

use super::args::{Cli, OutcomesArgs};
use super::output;
use crate::surface::exit::Exit;
use crate::surface::{verbs, wall_clock};

/// `zombie-sweeper outcomes`: what became of the reaps, and which were contested.
pub(crate) fn run(cli: &Cli, args: &OutcomesArgs) -> anyhow::Result<Exit> {
    let found = verbs::outcomes(&cli.site(), options(args), args.suggest)?;
    let printed = output::print(cli.log.format, &found, |out| text::outcomes(out, &found));
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}

fn options(args: &OutcomesArgs) -> OutcomesOptions {
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
    options
}
