//! `zombie-sweeper doctor`: says what is wrong with the queue, or will be, and what to do about it.

mod clock;
mod memory;
mod schedule;
mod text;

use anyhow::anyhow;
use serde::Serialize;
use zombie_sweeper::inspect::{Diagnosis, Surroundings, doctor, doctor_without_queue, trial};
use zombie_sweeper::store::{Schema, SchemaError, StoreError, look_at_place};
use zombie_sweeper::{Profile, SweepError, SweepOptions};

use super::args::{Cli, DoctorArgs, PolicyArgs};
use super::exit::Exit;
use super::profile::{self, Failed, Misfit};
use super::{learned, log, output, queue, signals, wait, wall_clock};

/// What is printed.
#[derive(Serialize)]
struct Report<'a> {
    database: &'a str,
    #[serde(flatten)]
    diagnosis: &'a Diagnosis,
}

pub(crate) fn run(cli: &Cli, args: &DoctorArgs) -> anyhow::Result<Exit> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let now = wall_clock::now();
    let options = SweepOptions::at(now)
        .policy(args.policy.policy())
        .suspended(wait::suspended())
        .profile(asked.clone().unwrap_or_default());
    let mut around = Surroundings::default();
    around.clock = clock::reading(now);
    around.schedule = schedule::look(&cli.database.db);
    memory::recall(cli, &mut around);
    around.place = Some(look_at_place(&cli.database.db).map_err(SweepError::from)?);
    let (mut diagnosis, options) = diagnose(cli, asked.as_ref(), options, around, &args.policy)?;
    if args.trial && diagnosis.can_be_tried() {
        try_reap(cli, &options, &mut diagnosis)?;
    }
    let report = Report {
        database: &cli.database.db.to_string_lossy(),
        diagnosis: &diagnosis,
    };
    let printed = output::print(cli.log.format, &report, |out| text::diagnosis(out, &diagnosis));
    output::as_far_as_read(printed.map_err(Into::into))?;
    let fails = |level| diagnosis.is_as_bad_as(level);
    Ok(match args.fail_on {
        Some(level) if fails(level.into()) => Exit::ZombiesFound,
        _ => Exit::Swept,
    })
}

/// The diagnosis, and the options by whose profile it was made.
fn diagnose(
    cli: &Cli,
    asked: Option<&Profile>,
    options: SweepOptions,
    mut around: Surroundings,
    policy: &PolicyArgs,
) -> anyhow::Result<(Diagnosis, SweepOptions)> {
    if around
        .place
        .as_ref()
        .is_some_and(|place| place.wrong_name.is_some())
    {
        return Ok((doctor_without_queue(&options, &around, None), options));
    }
    let args = &cli.database;
    let look = |conn: &mut _| {
        profile::look(conn, asked, |conn, profile| {
            // What does not fit is for the choice of a profile to see first.
            Schema::read(conn, profile)?;
            let options = options.clone().profile(profile.clone());
            let options = learned::bearing(cli, policy, conn, options)?;
            let around = around.clone();
            Ok((doctor(conn, &options, &around)?, options))
        })
    };
    let _kept = log::keep();
    let read = queue::at(args, options.profile_in_use()).read(look);
    let (((mut diagnosis, used), taken), copied) = match read {
        Ok(read) => read,
        Err(failed) => {
            return match misfit(&failed) {
                Some(why) => Ok((doctor_without_queue(&options, &around, Some(&why)), options)),
                None => Err(failed.into()),
            };
        }
    };
    if taken.is_some() || !copied.is_empty() {
        // Said of how it was read, which is known only now.
        around = Surroundings::default();
        around.guessed_profile = taken.map(|_| used.profile_in_use().name().to_owned());
        around.reading = copied;
        diagnosis.add_reading(&around);
    }
    Ok((diagnosis, used))
}

/// Reaps one row and undoes it. That it could not be is a finding too, but for a signal.
fn try_reap(cli: &Cli, options: &SweepOptions, diagnosis: &mut Diagnosis) -> anyhow::Result<()> {
    let stop = || !signals::none();
    let queue = queue::at(&cli.database, options.profile_in_use());
    let tried = queue.trial(|conn| trial(conn, options, stop));
    match tried {
        _ if stop() => Err(anyhow!(
            "stopped by {}; nothing was written",
            signals::name().unwrap_or_default()
        )),
        Ok(tried) => {
            diagnosis.add_trial(tried);
            Ok(())
        }
        Err(error) => {
            diagnosis.add_failed_trial(&error);
            Ok(())
        }
    }
}

/// Why no profile fits, where that is what failed.
fn misfit(failed: &Failed) -> Option<String> {
    match failed {
        Failed::Misfit(misfit) if !matches!(**misfit, Misfit::Guess) => Some(misfit.to_string()),
        Failed::Sweep(SweepError::Store(StoreError::Schema(
            misfit @ (SchemaError::Unfit(_) | SchemaError::Condition { .. } | SchemaError::NoTable),
        ))) => Some(misfit.to_string()),
        _ => None,
    }
}
