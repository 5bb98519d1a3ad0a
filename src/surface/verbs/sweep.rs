use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::{SchemaError, StoreError};
use zombie_sweeper::{Profile, SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};

use super::learned;
use super::patience::Patience;
use super::profile::{self, Failed};
use super::site::Site;

/// The report, and why the sweep stopped early where it did. The options are not those of a dry run.
pub(crate) fn sweep(
    site: &Site,
    patience: Patience,
    options: &SweepOptions,
) -> anyhow::Result<(SweepReport, Option<SweepError>)> {
    let asked = site.profile.get()?;
    let asked = asked.as_deref();
    let options = options.clone().profile(asked.cloned().unwrap_or_default());
    let swept = site.write(&options, |conn, options| {
        if patience != Patience::Said {
            profile::refuse_a_guess(conn, asked)?;
        }
        by_profile(conn, asked, |conn| {
            let options = learned::bearing(site, patience, conn, options.clone())?;
            sweep_zombie_tasks(conn, &options)
        })
    });
    match swept {
        Ok(report) => Ok((report, None)),
        Err(Failed::Sweep(SweepError::Partial { report, source })) => {
            Ok(((*report).clone(), Some(SweepError::Partial { report, source })))
        }
        Err(error) => Err(error.into()),
    }
}

/// Sweeps by the profile asked for, and by none that was not.
pub(crate) fn by_profile(
    conn: &mut Connection,
    asked: Option<&Profile>,
    sweep: impl FnOnce(&mut Connection) -> Result<SweepReport, SweepError>,
) -> Result<SweepReport, Failed> {
    match sweep(conn) {
        Err(SweepError::Store(StoreError::Schema(problems @ SchemaError::Unfit(_)))) if asked.is_none() => {
            Err(profile::misfit(conn, problems))
        }
        swept => Ok(swept?),
    }
}
