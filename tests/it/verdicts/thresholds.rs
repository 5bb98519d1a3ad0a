//! Each condition has its own threshold.

use std::time::Duration;

use zombie_sweeper::Policy;
use zombie_sweeper::zombie::{ActiveRun, Run, Task, verdict};

use super::{at, end, letter, running, unknown};
use crate::world::NOW;

#[test]
fn claim_grace_is_measured_apart_from_stale_after() {
    let claim = Task {
        started: at("10m ago"),
        ..Task::default()
    };
    let silent = Run {
        heartbeat: at("10m ago"),
        ..running()
    };
    let by_evidence = Run {
        ended: end("10m ago"),
        ..unknown()
    };
    let of = |active: ActiveRun<&Run>, stale_s, grace_s: Option<u64>| {
        let policy = Policy {
            stale_after: Duration::from_secs(stale_s),
            claim_grace: grace_s.map(Duration::from_secs),
            ..Policy::default()
        };
        letter(&verdict(&claim, &active, [], &policy, NOW.into()))
    };
    assert_eq!(of(ActiveRun::None, 300, Some(600)), 'H', "exactly at the grace");
    assert_eq!(of(ActiveRun::None, 300, Some(599)), 'B');
    assert_eq!(of(ActiveRun::None, 599, None), 'B', "the grace is stale_after");
    assert_eq!(of(ActiveRun::Own(&by_evidence), 300, Some(600)), 'H');
    assert_eq!(of(ActiveRun::Own(&by_evidence), 900, Some(599)), 'A');
    assert_eq!(of(ActiveRun::Own(&silent), 599, Some(3600)), 'C');
    assert_eq!(of(ActiveRun::Own(&silent), 600, Some(0)), 'H');
}
