//! A lease: asked where nobody has beaten since the start, and then it alone decides.

use zombie_sweeper::zombie::{ActiveRun, Run, Signs, Task};

use super::{at, judge, lease, letter, none, running, sign, unreadable};

fn leased(phrase: &str) -> Signs {
    match phrase {
        "unreadable" => unreadable(),
        phrase => lease(phrase),
    }
}

/// Lease, start, heartbeat, and the verdict; `D` is that of a silence: B of a claim, C of a run.
pub(super) const TABLE: [(&str, &str, &str, char); 26] = [
    ("in 1s", "", "", 'H'),
    ("now", "", "", 'H'),
    ("0.001s ago", "", "", 'L'),
    ("in 1s", "2h ago", "", 'H'),
    ("in 365d", "2h ago", "", 'H'),
    ("in 367d", "2h ago", "", '?'),
    ("in 367d", "1m ago", "", 'H'),
    ("unreadable", "2h ago", "", '?'),
    ("unreadable", "1m ago", "", 'H'),
    // Over is over, however fresh the start.
    ("1s ago", "1m ago", "", 'L'),
    ("1h ago", "2h ago", "", 'L'),
    // It ended before the start: a leftover.
    ("2m ago", "1m ago", "", 'H'),
    ("3h ago", "2h ago", "", 'D'),
    // Whoever beats is not asked for a lease.
    ("1s ago", "2h ago", "1m ago", 'H'),
    ("in 1h", "2h ago", "1h ago", 'D'),
    ("unreadable", "2h ago", "1h ago", 'D'),
    // A heartbeat of the very moment of the start may be the claim's own: a lease ahead protects, no more.
    ("in 1h", "1h ago", "1h ago", 'H'),
    ("unreadable", "1h ago", "1h ago", '?'),
    ("1s ago", "1h ago", "1h ago", 'D'),
    ("1s ago", "1m ago", "1m ago", 'H'),
    // A heartbeat from before the start is an earlier attempt's.
    ("in 1h", "1h ago", "2h ago", 'H'),
    ("1s ago", "1m ago", "2m ago", 'L'),
    // Where no start is known it may be: a lease ahead protects, one that is over proves nothing.
    ("in 1h", "", "1h ago", 'H'),
    ("unreadable", "", "1h ago", '?'),
    ("1s ago", "", "1h ago", 'D'),
    ("1s ago", "", "1m ago", 'H'),
];

#[test]
fn lease_of_a_claim() {
    for (lease, start, beat, expected) in TABLE {
        let task = Task {
            heartbeat: sign(beat),
            started: sign(start),
            lease: leased(lease),
            ..Task::default()
        };
        for active in [ActiveRun::None, ActiveRun::Missing] {
            let found = letter(&judge(&task, &active, &[]));
            let expected = if expected == 'D' { 'B' } else { expected };
            assert_eq!(found, expected, "lease {lease}, start {start}, heartbeat {beat}");
        }
    }
}

#[test]
fn lease_of_a_task_that_is_its_own_run() {
    for (lease, start, beat, expected) in TABLE {
        let task = Task {
            heartbeat: sign(beat),
            started: sign(start),
            lease: leased(lease),
            ..Task::default()
        };
        let found = letter(&judge(&task, &ActiveRun::Itself, &[]));
        let expected = if expected == 'D' { 'C' } else { expected };
        assert_eq!(found, expected, "lease {lease}, start {start}, heartbeat {beat}");
    }
}

#[test]
fn lease_of_a_run() {
    for (lease, start, beat, expected) in TABLE {
        let run = Run {
            heartbeat: sign(beat),
            started: sign(start),
            lease: leased(lease),
            ..running()
        };
        let found = letter(&judge(&Task::default(), &ActiveRun::Own(&run), &[]));
        let expected = if expected == 'D' { 'C' } else { expected };
        assert_eq!(found, expected, "lease {lease}, start {start}, heartbeat {beat}");
    }
}

#[test]
fn lease_of_the_task_is_that_of_its_active_run() {
    let run = Run {
        started: at("2h ago"),
        lease: lease("1h ago"),
        ..running()
    };
    let task = Task {
        lease: lease("in 1s"),
        ..Task::default()
    };
    assert_eq!(letter(&judge(&task, &ActiveRun::Own(&run), &[])), 'H');
    assert_eq!(letter(&judge(&Task::default(), &ActiveRun::Own(&run), &[])), 'L');
    let beating = Run {
        heartbeat: at("1h ago"),
        ..run.clone()
    };
    assert_eq!(letter(&judge(&task, &ActiveRun::Own(&beating), &[])), 'C');
    // It says nothing of any other run.
    let other = Run {
        id: "r2".into(),
        lease: none(),
        ..run
    };
    assert_eq!(letter(&judge(&Task::default(), &ActiveRun::None, &[other])), '?');
}

#[test]
fn update_does_not_outlive_a_lease() {
    let task = Task {
        started: at("2h ago"),
        updated: at("1s ago"),
        lease: lease("1m ago"),
        ..Task::default()
    };
    assert_eq!(letter(&judge(&task, &ActiveRun::None, &[])), 'L');
}
