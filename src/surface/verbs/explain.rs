use zombie_sweeper::SweepOptions;
use zombie_sweeper::inspect::{self, Explanation};

use super::patience::Patience;
use super::site::Site;
use super::{learned, remembered};

/// What a sweep with these options goes by, and would do, of one task.
pub(crate) fn explain(
    site: &Site,
    patience: Patience,
    options: &SweepOptions,
    task: &str,
) -> anyhow::Result<Explanation> {
    let asked = site.profile.get()?;
    let (elsewhere, unread) = remembered::reaps(site, Some(task));
    let (mut explanation, warnings) = site.look(asked.as_deref(), |conn, profile| {
        let options = options.clone().profile(profile.clone());
        let options = learned::bearing(site, patience, conn, options)?;
        inspect::explain(conn, &options, task, elsewhere.clone())
    })?;
    let unread = unread.and_then(|why| remembered::told(&why, explanation.source));
    explanation
        .warnings
        .splice(0..0, warnings.into_iter().chain(unread));
    Ok(explanation)
}
