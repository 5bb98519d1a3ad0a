use zombie_sweeper::store::{SchemaError, StoreError};
use zombie_sweeper::{SweepError, SweepOptions, unpark_task};

use super::args::{Cli, UnparkArgs};
use super::exit::Exit;
use super::{output, profile, queue, text, wall_clock};

/// `zombie-sweeper unpark TASK`: opens a task that a sweep has parked.
pub(crate) fn run(cli: &Cli, args: &UnparkArgs) -> anyhow::Result<Exit> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let now = wall_clock::now();
    let profile = asked.clone().unwrap_or_default();
    let options = SweepOptions::at(now).actor(&args.actor).profile(profile.clone());
    let unparked =
        queue::at(&cli.database, &profile).write(|conn| match unpark_task(conn, &options, &args.task) {
            Err(SweepError::Store(StoreError::Schema(problems @ SchemaError::Unfit(_))))
                if asked.is_none() =>
            {
                Err(profile::misfit(conn, problems))
            }
            unparked => Ok(unparked?),
        })?;
    let printed = output::print(cli.log.format, &unparked, |out| text::unparked(out, &unparked));
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}
