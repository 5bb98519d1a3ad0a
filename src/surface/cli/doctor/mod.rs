//! `zombie-sweeper doctor`: says what is wrong with the queue, or will be, and what to do about it.

mod text;

use zombie_sweeper::SweepOptions;

use super::args::{Cli, DoctorArgs};
use super::output;
use crate::surface::exit::Exit;
use crate::surface::{verbs, wait, wall_clock};

pub(crate) fn run(cli: &Cli, args: &DoctorArgs) -> anyhow::Result<Exit> {
    let options = SweepOptions::at(wall_clock::now())
        .policy(args.policy.policy())
        .suspended(wait::suspended());
    let diagnosed = verbs::doctor(&cli.site(), args.policy.patience(), options, args.trial)?;
    let diagnosis = &diagnosed.diagnosis;
    let printed = output::print(cli.log.format, &diagnosed, |out| text::diagnosis(out, diagnosis));
    output::as_far_as_read(printed.map_err(Into::into))?;
    let fails = |level| diagnosis.is_as_bad_as(level);
    Ok(match args.fail_on {
        Some(level) if fails(level.into()) => Exit::ZombiesFound,
        _ => Exit::Swept,
    })
}
