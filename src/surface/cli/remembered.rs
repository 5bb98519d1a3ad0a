//! What the ledger remembers of a queue that keeps no events.

use zombie_sweeper::in_full;
use zombie_sweeper::ledger::{Ledger, ReapFilter, Scope};
use zombie_sweeper::zombie::PastReap;

use super::args::Cli;

/// The reaps that the ledger remembers of this database, of one task where one is named, where there is a ledger; or why they
/// cannot be read.
pub(crate) fn reaps(cli: &Cli, task: Option<&str>) -> (Option<Vec<PastReap>>, Option<String>) {
    let Some(path) = cli.ledger.path() else {
        return (None, None);
    };
    let filter = ReapFilter {
        task: task.map(str::to_owned),
        database: Some(Scope::new(&cli.database.db, None).database),
        ..ReapFilter::default()
    };
    match Ledger::open_to_read(path).and_then(|ledger| ledger.reaps(&filter)) {
        Ok(reaps) => (Some(reaps), None),
        Err(error) => (None, Some(in_full(&error))),
    }
}
