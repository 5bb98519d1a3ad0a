//! `--stale-after auto`: silence is borne by what past sweeps have learned of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use zombie_sweeper::inspect::{Begun, Recalled, Recollection, learn};
use zombie_sweeper::ledger::{Ledger, LedgerError, PastLearning, ReapFilter, Scope};
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::zombie::Reason;
use zombie_sweeper::{SweepError, SweepOptions, in_full};

use super::args::{Cli, PolicyArgs};

/// How many of the latest reaps are read, for a queue that keeps no events.
const REAPS: usize = 10_000;

/// The options by which silence is borne as was learned, where that is asked for and not done yet.
pub(crate) fn bearing(
    cli: &Cli,
    policy: &PolicyArgs,
    project: Option<&str>,
    conn: &Connection,
    options: &SweepOptions,
) -> Result<SweepOptions, SweepError> {
    if !policy.is_auto() || options.learned_in_use().is_some() {
        return Ok(options.clone());
    }
    let learned = learn(conn, options, &recall(cli, project))?;
    Ok(options.clone().learned(Arc::new(learned)))
}

/// The same where nothing is to be gone by it: without a ledger nothing is lost, and the queue tells what it can.
pub(crate) fn recall_if_any(cli: &Cli, project: Option<&str>) -> Recalled {
    let Some(path) = cli.ledger.path() else {
        return Recalled::Absent("no ledger is named (--ledger PATH)".to_owned());
    };
    match Ledger::open_own(path) {
        Err(missing @ LedgerError::Missing(_)) => Recalled::Absent(in_full(&missing)),
        _ => recall(cli, project),
    }
}

/// What the ledger says, or why it is not to be gone by. One that is not there yet says nothing.
fn recall(cli: &Cli, project: Option<&str>) -> Recalled {
    let Some(path) = cli.ledger.path() else {
        return Recalled::Unread("no ledger is named".to_owned());
    };
    let scope = Scope::new(&cli.database.db, project);
    match Ledger::open_own(path).and_then(|ledger| known(&ledger, &scope)) {
        Ok(known) => Recalled::Known(Box::new(known)),
        Err(LedgerError::Missing(_)) => Recalled::Known(Box::default()),
        Err(error) => Recalled::Unread(in_full(&error)),
    }
}

fn known(ledger: &Ledger, scope: &Scope) -> Result<Recollection, LedgerError> {
    let reaps = ReapFilter {
        database: Some(scope.database.clone()),
        reason: Some(Reason::StaleHeartbeat.code().into_owned()),
        limit: Some(REAPS),
        ..ReapFilter::default()
    };
    let learning = ledger.learning(&scope.database)?;
    let mut known = Recollection::default();
    known.followed = ledger.followed(&scope.database)?;
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
