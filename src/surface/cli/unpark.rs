use zombie_sweeper::SweepOptions;

use super::args::{Cli, UnparkArgs};
use super::{output, text};
use crate::surface::exit::Exit;
use crate::surface::{verbs, wall_clock};

/// `zombie-sweeper unpark TASK`: opens a task that a sweep has parked.
pub(crate) fn run(cli: &Cli, args: &UnparkArgs) -> anyhow::Result<Exit> {
    let mut options = SweepOptions::at(wall_clock::now()).actor(&args.actor);
    if let Some(project) = &args.project {
        options = options.project(project);
    }
    let unparked = verbs::unpark(&cli.site(), &options, &args.task)?;
    let printed = output::print(cli.log.format, &unparked, |out| text::unparked(out, &unparked));
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}
