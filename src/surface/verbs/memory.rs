//! What the ledger remembers, where there is one.

use zombie_sweeper::in_full;
use zombie_sweeper::inspect::{ClockReading, HoldingBack, Memory, Surroundings};
use zombie_sweeper::ledger::{Ledger, LedgerError, PastHeldBack, PastSweep, ReapFilter, Scope};
use zombie_sweeper::zombie::Timestamp;

use super::site::Site;

/// Adds it to what is known, or why it could not be read.
pub(super) fn recall(site: &Site, around: &mut Surroundings) {
    let Some(path) = site.ledger.as_ref().map(|ledger| &ledger.path) else {
        return;
    };
    match Ledger::open_to_read(path).and_then(|ledger| remembered(&ledger, site)) {
        Ok(memory) => around.memory = Some(memory),
        Err(error) => around.unread_memory = Some(in_full(&error)),
    }
}

fn remembered(ledger: &Ledger, site: &Site) -> Result<Memory, LedgerError> {
    let scope = swept(ledger, Scope::new(&site.db, None))?;
    let (last, success) = (ledger.last_sweep(&scope)?, ledger.last_success(&scope)?);
    let undecided = ledger.undecided_since(&scope.database)?.into_iter();
    let mut memory = Memory::default();
    memory.undecided_since = undecided
        .filter_map(|task| Some((task.task_id, task.since.to_datetime()?)))
        .collect();
    memory.clocks = last.iter().chain(&success).filter_map(clocks).collect();
    memory.last_error = last.as_ref().and_then(error);
    memory.held_back = ledger.held_back(&scope)?.and_then(|held| holding_back(&held));
    memory.last_reap = last_reap(ledger, &scope)?.and_then(Timestamp::to_datetime);
    memory.last_sweep = last.and_then(|sweep| sweep.at.to_datetime());
    memory.last_success = success.and_then(|sweep| sweep.at.to_datetime());
    Ok(memory)
}

/// The scope whose sweeps are looked at: the whole queue, or where each sweep is of one project, the one that was swept last.
fn swept(ledger: &Ledger, whole: Scope) -> Result<Scope, LedgerError> {
    if ledger.last_sweep(&whole)?.is_some() {
        return Ok(whole);
    }
    let mut last = None;
    let scopes = ledger.scopes()?.into_iter();
    for scope in scopes.filter(|scope| scope.database == whole.database) {
        let sweep = ledger.last_sweep(&scope)?;
        last = last.max(sweep.map(|sweep| (sweep.at, scope)));
    }
    Ok(last.map_or(whole, |(_, scope)| scope))
}

fn error(sweep: &PastSweep) -> Option<String> {
    let unwritten =
        || (sweep.failed > 0).then(|| format!("zombies that could not be reaped: {}", sweep.failed));
    sweep.error.clone().or_else(unwritten)
}

fn holding_back(held: &PastHeldBack) -> Option<HoldingBack> {
    Some(HoldingBack {
        count: held.count,
        since: held.since.to_datetime()?,
        last: held.last.to_datetime()?,
    })
}

fn last_reap(ledger: &Ledger, scope: &Scope) -> Result<Option<Timestamp>, LedgerError> {
    let filter = ReapFilter {
        database: Some(scope.database.clone()),
        limit: Some(1),
        ..ReapFilter::default()
    };
    Ok(ledger.reaps(&filter)?.first().map(|reap| reap.at))
}

fn clocks(sweep: &PastSweep) -> Option<ClockReading> {
    let clocks = &sweep.clocks;
    Some(ClockReading {
        boot_id: clocks.boot_id.clone()?,
        wall: clocks.wall.to_datetime()?,
        since_boot: clocks.since_boot?,
    })
}
