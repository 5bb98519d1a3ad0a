use zombie_sweeper::inspect::{self, Outcomes, OutcomesOptions};

use super::site::Site;
use super::{learned, remembered};

/// What became of the reaps, and which were contested; and for how long to bear silence, where that is to be suggested.
pub(crate) fn outcomes(site: &Site, options: OutcomesOptions, suggests: bool) -> anyhow::Result<Outcomes> {
    let asked = site.profile.get()?;
    let options = if suggests {
        options.suggest(learned::recall_if_any(site))
    } else {
        options
    };
    let (elsewhere, unread) = remembered::reaps(site, None);
    let (mut found, warnings) = site.look(asked.as_deref(), |conn, profile| {
        inspect::outcomes(conn, &options.clone().profile(profile.clone()), elsewhere.clone())
    })?;
    let unread = unread.and_then(|why| remembered::told(&why, found.source));
    found.warnings.splice(0..0, warnings.into_iter().chain(unread));
    Ok(found)
}
