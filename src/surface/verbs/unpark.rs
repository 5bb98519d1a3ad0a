use zombie_sweeper::report::UnparkReport;
use zombie_sweeper::store::{SchemaError, StoreError};
use zombie_sweeper::{SweepError, SweepOptions, unpark_task};

use super::profile;
use super::site::Site;

/// Opens a task that a sweep has parked.
pub(crate) fn unpark(site: &Site, options: &SweepOptions, task: &str) -> anyhow::Result<UnparkReport> {
    let asked = site.profile.get()?;
    let options = options
        .clone()
        .profile(asked.as_deref().cloned().unwrap_or_default());
    let unparked = site.write(&options, |conn, options| match unpark_task(conn, options, task) {
        Err(SweepError::Store(StoreError::Schema(problems @ SchemaError::Unfit(_)))) if asked.is_none() => {
            Err(profile::misfit(conn, problems))
        }
        unparked => Ok(unparked?),
    })?;
    Ok(unparked)
}
