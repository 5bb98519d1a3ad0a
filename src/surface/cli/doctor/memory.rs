//! What the ledger remembers, where there is one.

use zombie_sweeper::in_full;
use zombie_sweeper::inspect::{ClockReading, Memory, Surroundings};
use zombie_sweeper::ledger::{Ledger, LedgerError, PastSweep, Scope};

use crate::surface::cli::args::Cli;

/// Adds it to what is known; returns why it could not be read.
pub(super) fn recall(cli: &Cli, around: &mut Surroundings) -> Option<String> {
    let path = cli.ledger.path()?;
    match Ledger::open_to_read(path).and_then(|ledger| remembered(&ledger, cli)) {
        Ok(memory) => {
            around.memory = Some(memory);
            None
        }
        Err(error) => Some(in_full(&error)),
    }
}

fn remembered(ledger: &Ledger, cli: &Cli) -> Result<Memory, LedgerError> {
    let scope = Scope::new(&cli.database.db, None);
    let (last, success) = (ledger.last_sweep(&scope)?, ledger.last_success(&scope)?);
    let undecided = ledger.undecided_since(&scope.database)?.into_iter();
    let mut memory = Memory::default();
    memory.undecided_since = undecided
        .filter_map(|task| Some((task.task_id, task.since.to_datetime()?)))
        .collect();
    memory.clocks = last.iter().chain(&success).filter_map(clocks).collect();
    memory.last_sweep = last.and_then(|sweep| sweep.at.to_datetime());
    memory.last_success = success.and_then(|sweep| sweep.at.to_datetime());
    Ok(memory)
}

fn clocks(sweep: &PastSweep) -> Option<ClockReading> {
    let clocks = &sweep.clocks;
    Some(ClockReading {
        boot_id: clocks.boot_id.clone()?,
        wall: clocks.wall.to_datetime()?,
        since_boot: clocks.since_boot?,
    })
}
