//! The runs of a task that it does not name, and tasks of the same id.

use zombie_sweeper::zombie::{ActiveRun, Run, RunState, Signs, Task, Undecided, Verdict};

use super::{at, completed, end, judge, lease, letter, none, running, unknown, unreadable};

/// Started two hours ago, silent for one, the fifth row of its table.
fn silent() -> Run {
    Run {
        place: Some(5),
        heartbeat: at("1h ago"),
        started: at("2h ago"),
        ..running()
    }
}

fn other(place: impl Into<Option<i64>>) -> Run {
    Run {
        id: "r2".into(),
        place: place.into(),
        ..running()
    }
}

/// What another run makes of a task whose active run is silent.
fn beside_a_silent_one(other: Run) -> char {
    letter(&judge(&Task::default(), &ActiveRun::Own(&silent()), &[other]))
}

#[test]
fn live_one_wins_over_every_condition() {
    let live = Run {
        heartbeat: at("1s ago"),
        ..other(4)
    };
    let old = Task {
        started: at("2h ago"),
        ..Task::default()
    };
    for active in [
        ActiveRun::Own(&completed()),
        ActiveRun::None,
        ActiveRun::Missing,
        ActiveRun::Own(&silent()),
        ActiveRun::Own(&Run {
            heartbeat: unreadable(),
            ..running()
        }),
    ] {
        assert_ne!(letter(&judge(&old, &active, &[])), 'H');
        let found = judge(&old, &active, &[silent(), live.clone()]);
        assert_eq!(found, Verdict::Healthy, "{active:?}");
    }
    let leased = Run {
        lease: lease("in 1s"),
        ..other(4)
    };
    assert_eq!(beside_a_silent_one(leased), 'H');
}

#[test]
fn one_that_is_silent_or_finished_has_no_say() {
    for run in [
        Run {
            heartbeat: at("16m ago"),
            ..other(6)
        },
        Run {
            lease: lease("1s ago"),
            ..other(6)
        },
        Run {
            state: RunState::Finished("failed".into()),
            heartbeat: at("1s ago"),
            ..other(6)
        },
        Run {
            state: RunState::Unknown("succeeded".into()),
            ended: end("1s ago"),
            ..other(6)
        },
    ] {
        assert_eq!(beside_a_silent_one(run.clone()), 'C', "{run:?}");
    }
}

#[test]
fn mute_one_may_be_the_successor_unless_it_stands_before_the_active_run() {
    assert_eq!(beside_a_silent_one(other(4)), 'C');
    assert_eq!(beside_a_silent_one(other(6)), '?');
    assert_eq!(beside_a_silent_one(other(None)), '?', "rows without an order");
    let unordered = Run {
        place: None,
        ..silent()
    };
    let found = judge(&Task::default(), &ActiveRun::Own(&unordered), &[other(4)]);
    assert_eq!(letter(&found), '?');
    let starting = Run {
        state: RunState::Unknown("starting".into()),
        ..other(6)
    };
    assert_eq!(beside_a_silent_one(starting), '?');
}

#[test]
fn unreadable_one_is_placed_by_its_start_or_creation_then_by_its_row() {
    let garbled = |place: i64, started: Signs, created: Signs| Run {
        heartbeat: unreadable(),
        started,
        created,
        ..other(place)
    };
    for (run, expected) in [
        (garbled(4, none(), none()), 'C'),
        (garbled(6, none(), none()), '?'),
        (garbled(6, at("3h ago"), none()), 'C'),
        // One made before the other's start may yet have been made after the other.
        (garbled(6, none(), at("3h ago")), '?'),
        (garbled(4, none(), at("3h ago")), 'C'),
        (garbled(4, at("1h ago"), none()), '?'),
        (garbled(4, none(), at("1h ago")), '?'),
        (garbled(4, at("2h ago"), none()), 'C'),
        (garbled(6, at("2h ago"), none()), '?'),
        (garbled(6, unreadable(), at("3h ago")), '?'),
        (garbled(4, unreadable(), none()), 'C'),
    ] {
        assert_eq!(beside_a_silent_one(run.clone()), expected, "{run:?}");
    }
    let garbled_lease = Run {
        lease: unreadable(),
        ..other(6)
    };
    assert_eq!(beside_a_silent_one(garbled_lease), '?');
}

#[test]
fn successor_counts_beside_a_finished_run_too() {
    for (run, expected) in [(other(4), 'A'), (other(6), '?')] {
        let finished = Run {
            place: Some(5),
            ended: end("1h ago"),
            ..completed()
        };
        let by_evidence = Run {
            state: unknown().state,
            ..finished.clone()
        };
        for active in [finished, by_evidence] {
            let found = judge(
                &Task::default(),
                &ActiveRun::Own(&active),
                std::slice::from_ref(&run),
            );
            assert_eq!(letter(&found), expected, "{active:?}");
        }
    }
}

#[test]
fn beside_a_claim_the_run_made_last_may_be_the_one() {
    let claim = |latest_run| Task {
        started: at("2h ago"),
        latest_run,
        ..Task::default()
    };
    let garbled = |place: i64| Run {
        heartbeat: unreadable(),
        ..other(place)
    };
    for active in [ActiveRun::None, ActiveRun::Missing] {
        for (latest, run, expected) in [
            (Some(7), other(4), 'B'),
            (Some(4), other(4), '?'),
            (None, other(4), '?'),
            (Some(7), other(None), '?'),
            (Some(7), garbled(4), 'B'),
            (Some(4), garbled(4), '?'),
        ] {
            let found = judge(&claim(latest), &active, std::slice::from_ref(&run));
            assert_eq!(letter(&found), expected, "{latest:?}, {run:?}");
        }
    }
}

#[test]
fn the_tasks_heartbeat_vouches_for_its_active_run_only() {
    let beating = Task {
        heartbeat: at("1s ago"),
        ..Task::default()
    };
    let of = |active: &ActiveRun<&Run>, others: &[Run]| letter(&judge(&beating, active, others));
    assert_eq!(of(&ActiveRun::Own(&silent()), &[]), 'H');
    assert_eq!(of(&ActiveRun::Own(&completed()), &[silent()]), 'A');
}

#[test]
fn tasks_of_the_same_id_are_reaped_by_nobody() {
    let double = |task: Task| Task {
        is_double: true,
        ..task
    };
    let old = Task {
        started: at("2h ago"),
        ..Task::default()
    };
    let fresh = Task {
        started: at("1m ago"),
        ..Task::default()
    };
    for active in [
        ActiveRun::None,
        ActiveRun::Own(&silent()),
        ActiveRun::Own(&completed()),
    ] {
        assert_eq!(
            judge(&double(old.clone()), &active, &[]),
            Verdict::Undecided(Undecided::TaskIsDouble)
        );
    }
    assert_eq!(judge(&double(fresh), &ActiveRun::None, &[]), Verdict::Healthy);
}
