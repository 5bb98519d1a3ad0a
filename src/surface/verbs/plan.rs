use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::Schema;
use zombie_sweeper::{Profile, SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};

use super::learned;
use super::patience::Patience;
use super::profile::{self, Failed};
use super::site::Site;
use crate::surface::{log, wait};

/// What a sweep would do: the options are those of a dry run. It may read a copy, or a file that nobody has open, so that a
/// second look has to open the database anew. `asked` is the *now* of one of another time.
pub(crate) fn plan(
    site: &Site,
    patience: Patience,
    options: &SweepOptions,
    confirm: Duration,
    asked: Option<DateTime<Utc>>,
) -> anyhow::Result<SweepReport> {
    let mut first = look(site, patience, &options.clone().confirm(Duration::ZERO))?;
    first.confirm_s = confirm.as_secs_f64();
    if confirm.is_zero() || !first.has_silence() {
        return Ok(first);
    }
    let now = wait::wait(confirm, asked).ok_or(SweepError::Interrupted)?;
    let options = options.clone();
    // What was learned is what it was at the first look.
    let options = match first.thresholds.clone() {
        Some(learned) => options.learned(Arc::new(learned)),
        None => options,
    };
    look(site, patience, &first.second_look(options, now))
}

/// One look of it.
pub(crate) fn look(site: &Site, patience: Patience, options: &SweepOptions) -> anyhow::Result<SweepReport> {
    look_unless(site, patience, options, |_, _, _| Ok(()))
}

/// The same, for a sweep that may follow. It is refused what that would be refused: who agrees to a plan is not to hear only then
/// that it cannot be swept.
pub(super) fn look_to_sweep(
    site: &Site,
    patience: Patience,
    options: &SweepOptions,
) -> anyhow::Result<SweepReport> {
    look_unless(site, patience, options, |conn, asked, taken| {
        profile::refuse_a_plan(conn, asked, taken, patience)
    })
}

fn look_unless(
    site: &Site,
    patience: Patience,
    options: &SweepOptions,
    refuse: impl Fn(&Connection, Option<&Profile>, &Profile) -> Result<(), Failed>,
) -> anyhow::Result<SweepReport> {
    let asked = site.profile.get()?;
    let _kept = log::keep();
    let looked = site.look(asked.as_deref(), |conn, profile| {
        if let Err(refused) = refuse(conn, asked.as_deref(), profile) {
            return Ok(Err(refused));
        }
        let options = options.clone().profile(profile.clone());
        let options = learned::bearing(site, patience, conn, options)?;
        let mut report = sweep_zombie_tasks(conn, &options)?;
        if !profile.is_shipped() {
            // Its words nobody has held to a queue yet.
            let words = Schema::read(conn, profile)?.words(conn)?;
            report.warnings.extend(words.of_no_task());
        }
        Ok(Ok(report))
    });
    let (report, warnings) = looked?;
    let mut report = report?;
    report.warnings.splice(0..0, warnings);
    Ok(report)
}
