//! A ledger is read by every later version.

use zombie_sweeper::ledger::{Outcome, ReapFilter};
use zombie_sweeper::zombie::Timestamp;

use super::{Book, after, scope};
use crate::world::{World, moment};

/// As version 1 wrote it. Never to be changed: a ledger lives longer than the sweeper that made it.
const VERSION_1: &str = include_str!("version_1.sql");

#[test]
fn version_1_is_read_and_written() {
    let book = Book::new();
    book.connect().execute_batch(VERSION_1).unwrap();
    let ledger = book.read();
    let reaps = ledger.reaps(&ReapFilter::default()).unwrap();
    let ids: Vec<_> = reaps.iter().map(|reap| reap.task_id.to_string()).collect();
    assert_eq!(ids, ["t2", "t1"]);
    let sweep = ledger.last_success(&scope()).unwrap().unwrap();
    assert_eq!((sweep.at, sweep.scanned), (after(0).into(), 4));
    let living = ledger.living(&scope().database, Timestamp::EPOCH).unwrap();
    assert_eq!(living.iter().map(|living| living.ages.count()).sum::<u64>(), 1);
    assert_eq!(ledger.undecided_since(&scope().database).unwrap().len(), 1);
    assert_eq!(
        ledger.totals(&scope()).unwrap().unwrap().reaped["stale_heartbeat"],
        2
    );
    assert_eq!(ledger.followed(&scope().database).unwrap().len(), 0);
    assert_eq!(ledger.learning(&scope().database).unwrap(), None);
    drop(ledger);
    assert_eq!(book.enter(15, Outcome::Failed("busy")), [""; 0]);
    assert_eq!(book.read().totals(&scope()).unwrap().unwrap().sweeps, 2);
    // From then on it keeps what later versions do.
    let world = World::new().running("t9").run("r9").heartbeat("3s ago");
    book.sweep(
        30,
        world.sql(&format!(
            "UPDATE task_runs SET last_heartbeat = '{}'",
            moment("in 30m")
        )),
    );
    assert_eq!(book.read().followed(&scope().database).unwrap().len(), 1);
}
