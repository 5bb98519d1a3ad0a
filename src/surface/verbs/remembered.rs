//! What the ledger remembers of a queue that keeps no events.

use zombie_sweeper::in_full;
use zombie_sweeper::inspect::Source;
use zombie_sweeper::ledger::{Ledger, LedgerError, ReapFilter, Scope};
use zombie_sweeper::zombie::PastReap;

use super::site::Site;

/// The reaps that the ledger remembers of this database, of one task where one is named, where there is a ledger; or why they
/// cannot be read.
pub(crate) fn reaps(site: &Site, task: Option<&str>) -> (Option<Vec<PastReap>>, Option<LedgerError>) {
    let Some(path) = site.ledger.as_ref().map(|ledger| &ledger.path) else {
        return (None, None);
    };
    let filter = ReapFilter {
        task: task.map(str::to_owned),
        database: Some(Scope::new(&site.db, None).database),
        ..ReapFilter::default()
    };
    match Ledger::open_to_read(path).and_then(|ledger| ledger.reaps(&filter)) {
        Ok(reaps) => (Some(reaps), None),
        Err(error) => (None, Some(error)),
    }
}

/// What is said of a ledger that cannot be read. That there is none yet is worth no word where the events tell it all.
pub(crate) fn told(why: &LedgerError, source: Source) -> Option<String> {
    let is_needless = source == Source::Events && matches!(why, LedgerError::Missing(_));
    (!is_needless).then(|| in_full(why))
}
