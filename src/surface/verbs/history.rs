use zombie_sweeper::inspect::{self, History, HistoryOptions};

use super::remembered;
use super::site::Site;

/// What was reaped, of one task where one is named, and what became of it.
pub(crate) fn history(site: &Site, options: &HistoryOptions, task: Option<&str>) -> anyhow::Result<History> {
    let asked = site.profile.get()?;
    let (elsewhere, unread) = remembered::reaps(site, task);
    let (mut found, warnings) = site.look(asked.as_deref(), |conn, profile| {
        inspect::history(conn, &options.clone().profile(profile.clone()), elsewhere.clone())
    })?;
    let unread = unread.and_then(|why| remembered::told(&why, found.source));
    found.warnings.splice(0..0, warnings.into_iter().chain(unread));
    Ok(found)
}
