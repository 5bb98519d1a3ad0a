use anyhow::anyhow;
use serde::Serialize;
use zombie_sweeper::inspect::{self, Diagnosis, Surroundings, doctor_without_queue};
use zombie_sweeper::store::{Schema, SchemaError, StoreError, look_at_place};
use zombie_sweeper::{Profile, SweepError, SweepOptions};

use super::patience::Patience;
use super::profile::{self, Failed, Misfit};
use super::site::Site;
use super::{clock, learned, memory, schedule};
use crate::surface::{log, signals};

/// What is wrong with the queue, or will be.
#[derive(Serialize)]
pub(crate) struct Diagnosed {
    pub(crate) database: String,
    #[serde(flatten)]
    pub(crate) diagnosis: Diagnosis,
}

/// Says what is wrong with the queue, or will be, and what to do about it; where it is asked for, a reap is tried, which
/// writes, and is undone.
pub(crate) fn doctor(
    site: &Site,
    patience: Patience,
    options: SweepOptions,
    tries: bool,
) -> anyhow::Result<Diagnosed> {
    let asked = site.profile.get()?;
    let now = options.now();
    let options = options.profile(asked.as_deref().cloned().unwrap_or_default());
    let mut around = Surroundings::default();
    around.clock = clock::reading(now);
    around.schedule = schedule::look(&site.db);
    memory::recall(site, &mut around);
    around.place = Some(look_at_place(&site.db).map_err(SweepError::from)?);
    let (mut diagnosis, options) = diagnose(site, asked.as_deref(), options, around, patience)?;
    if tries && diagnosis.can_be_tried() {
        try_reap(site, &options, &mut diagnosis)?;
    }
    Ok(Diagnosed {
        database: site.db.to_string_lossy().into_owned(),
        diagnosis,
    })
}

/// The diagnosis, and the options by whose profile it was made.
fn diagnose(
    site: &Site,
    asked: Option<&Profile>,
    options: SweepOptions,
    mut around: Surroundings,
    patience: Patience,
) -> anyhow::Result<(Diagnosis, SweepOptions)> {
    if around
        .place
        .as_ref()
        .is_some_and(|place| place.wrong_name.is_some())
    {
        return Ok((doctor_without_queue(&options, &around, None), options));
    }
    let look = |conn: &mut _| {
        profile::look(conn, asked, |conn, profile| {
            // What does not fit is for the choice of a profile to see first.
            Schema::read(conn, profile)?;
            let options = options.clone().profile(profile.clone());
            let options = learned::bearing(site, patience, conn, options)?;
            let around = around.clone();
            Ok((inspect::doctor(conn, &options, &around)?, options))
        })
    };
    let _kept = log::keep();
    let read = site.read(options.profile_in_use(), look);
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
fn try_reap(site: &Site, options: &SweepOptions, diagnosis: &mut Diagnosis) -> anyhow::Result<()> {
    let stop = || !signals::none();
    let queue = site.queue(options.profile_in_use());
    let tried = queue.trial(|conn| inspect::trial(conn, options, stop));
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
