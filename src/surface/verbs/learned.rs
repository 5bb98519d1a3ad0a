//! `--stale-after auto`: silence is borne by what past sweeps have learned of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use zombie_sweeper::inspect::{Begun, Recalled, Recollection, learn};
use zombie_sweeper::ledger::{Ledger, LedgerError, PastLearning, ReapFilter, Scope};
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::zombie::Reason;
use zombie_sweeper::{SweepError, SweepOptions, in_full};

use super::patience::Patience;
use super::site::Site;

/// How many of the latest reaps are read, for a queue that keeps no events.
const REAPS: usize = 10_000;

/// The options by which silence is borne as was learned, where that is asked for and not done yet.
pub(crate) fn bearing(
    site: &Site,
    patience: Patience,
    conn: &Connection,
    options: SweepOptions,
) -> Result<SweepOptions, SweepError> {
    if patience != Patience::Learned || options.learned_in_use().is_some() {
        return Ok(options);
    }
    let learned = learn(conn, &options, &recall(site))?;
    Ok(options.learned(Arc::new(learned)))
}

/// What the ledger says, or why it is not to be gone by. One that is not there yet says nothing.
fn recall(site: &Site) -> Recalled {
    match site.ledger.as_ref().map(|ledger| &ledger.path) {
        Some(path) => recall_from(site, path, |_| Recalled::Known(Box::default())),
        None => Recalled::Unread("no ledger is named".to_owned()),
    }
}

/// The same where nothing is to be gone by it: without a ledger nothing is lost, and the queue tells what it can.
pub(crate) fn recall_if_any(site: &Site) -> Recalled {
    match site.ledger.as_ref().map(|ledger| &ledger.path) {
        Some(path) => recall_from(site, path, |missing| Recalled::Absent(in_full(&missing))),
        None => Recalled::Absent("no ledger is named (--ledger PATH)".to_owned()),
    }
}

fn recall_from(site: &Site, path: &Path, missing: impl FnOnce(LedgerError) -> Recalled) -> Recalled {
    let database = Scope::new(&site.db, None).database;
    match Ledger::open_own(path).and_then(|ledger| known(&ledger, &database)) {
        Ok(known) => Recalled::Known(Box::new(known)),
        Err(error @ LedgerError::Missing(_)) => missing(error),
        Err(error) => Recalled::Unread(in_full(&error)),
    }
}

fn known(ledger: &Ledger, database: &str) -> Result<Recollection, LedgerError> {
    let reaps = ReapFilter {
        database: Some(database.to_owned()),
        reason: Some(Reason::StaleHeartbeat.code().into_owned()),
        limit: Some(REAPS),
        ..ReapFilter::default()
    };
    let learning = ledger.learning(database)?;
    let mut known = Recollection::default();
    known.followed = ledger.followed(database)?;
    known.reaps = Some(ledger.reaps(&reaps)?);
    known.begun = match (&learning, ledger.instead_of()?) {
        (Some(PastLearning { lost: Some(why), .. }), _) => Begun::Lost(why.clone()),
        (Some(_), _) => Begun::Learning,
        (None, Some(why)) => Begun::Lost(why),
        (None, None) => Begun::New,
    };
    known.in_force = learning.map_or_else(BTreeMap::new, |learning| learning.in_force);
    Ok(known)
}
