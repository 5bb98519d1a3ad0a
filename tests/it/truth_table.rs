//! The verdict, spelled out: what a task says of its run × what shows a sign of life × how old that is.

use std::time::Duration;

use zombie_sweeper::Policy;
use zombie_sweeper::zombie::{
    ActiveRun, Condition, Evidence, Reading, Reason, Run, RunState, Task, Timestamp, Undecided, Verdict,
    verdict,
};

use crate::world::{NOW, moment};

/// The columns of the table.
const SIGNS: [&str; 6] = ["none", "fresh", "900.000 s", "900.001 s", "future", "unreadable"];

/// H healthy, Z zombie, ? undecided. One column of the database holds the sign of life; all others are empty.
const TABLE: [(&str, &str, [char; 6]); 15] = [
    ("no run", "task.heartbeat", ['?', 'H', 'H', 'Z', 'H', '?']),
    ("no run", "task.started", ['?', 'H', 'H', 'Z', 'H', '?']),
    ("no run", "task.updated", ['?', 'H', 'H', 'Z', 'H', '?']),
    ("missing", "task.heartbeat", ['?', 'H', 'H', 'Z', 'H', '?']),
    ("missing", "task.started", ['?', 'H', 'H', 'Z', 'H', '?']),
    ("missing", "task.updated", ['?', 'H', 'H', 'Z', 'H', '?']),
    ("unfinished", "run.heartbeat", ['?', 'H', 'H', 'Z', 'H', '?']),
    ("unfinished", "run.started", ['?', 'H', 'H', 'Z', 'H', '?']),
    ("unfinished", "task.heartbeat", ['?', 'H', 'H', 'Z', 'H', '?']),
    ("unfinished", "task.started", ['?', '?', '?', '?', '?', '?']),
    ("unfinished", "task.updated", ['?', '?', '?', '?', '?', '?']),
    ("unfinished", "run.ended", ['?', '?', '?', '?', '?', '?']),
    ("finished", "run.heartbeat", ['Z', 'Z', 'Z', 'Z', 'Z', 'Z']),
    ("finished", "run.ended", ['Z', 'Z', 'Z', 'Z', 'Z', 'Z']),
    ("finished", "task.heartbeat", ['Z', 'Z', 'Z', 'Z', 'Z', 'Z']),
];

const NO_TASK: Task = Task {
    heartbeat: Reading::Absent,
    started: Reading::Absent,
    updated: Reading::Absent,
};

fn at(phrase: &str) -> Reading {
    let (at, _) = Timestamp::from_text(moment(phrase).as_bytes()).unwrap();
    Reading::At(at)
}

fn sign(name: &str) -> Reading {
    match name {
        "none" => Reading::Absent,
        "fresh" => at("1s ago"),
        "900.000 s" => at("900.000s ago"),
        "900.001 s" => at("900.001s ago"),
        "future" => at("in 5m"),
        _ => Reading::Unreadable,
    }
}

fn run(state: RunState) -> Run {
    Run {
        state,
        heartbeat: Reading::Absent,
        started: Reading::Absent,
        ended: Reading::Absent,
    }
}

fn completed() -> Run {
    run(RunState::Finished("completed".into()))
}

fn judge(task: &Task, active: &ActiveRun<&Run>, others: &[Run], policy: Policy) -> Verdict {
    verdict(task, active, others, &policy, NOW.into())
}

#[test]
fn every_state_and_every_sign_of_life() {
    for (state, place, row) in TABLE {
        for (name, expected) in SIGNS.into_iter().zip(row) {
            let mut task = NO_TASK;
            let mut own = if state == "finished" {
                completed()
            } else {
                run(RunState::Unfinished)
            };
            *match place {
                "task.heartbeat" => &mut task.heartbeat,
                "task.started" => &mut task.started,
                "task.updated" => &mut task.updated,
                "run.heartbeat" => &mut own.heartbeat,
                "run.started" => &mut own.started,
                _ => &mut own.ended,
            } = sign(name);
            let active = match state {
                "no run" => ActiveRun::None,
                "missing" => ActiveRun::Missing,
                _ => ActiveRun::Own(&own),
            };
            let found = match judge(&task, &active, &[], Policy::default()) {
                Verdict::Healthy => 'H',
                Verdict::Zombie(_) => 'Z',
                Verdict::Undecided(_) => '?',
            };
            assert_eq!(found, expected, "{state}, {place} {name}");
        }
    }
}

#[test]
fn evidence_says_what_was_found() {
    let (old, older) = (at("20m ago"), at("30m ago"));
    let threshold = Duration::from_secs(900);
    let evidence = |condition, reason, sign_of_life: Reading, threshold| {
        Verdict::Zombie(Evidence {
            condition,
            reason,
            sign_of_life: sign_of_life.at(),
            threshold,
        })
    };
    let task = Task {
        started: older,
        updated: old,
        ..NO_TASK
    };
    assert_eq!(
        judge(&task, &ActiveRun::None, &[], Policy::default()),
        evidence(Condition::B, Reason::NoActiveRun, old, threshold)
    );
    assert_eq!(
        judge(&task, &ActiveRun::Missing, &[], Policy::default()),
        evidence(Condition::B, Reason::MissingRun, old, threshold)
    );
    let silent = Run {
        started: older,
        heartbeat: old,
        ..run(RunState::Unfinished)
    };
    assert_eq!(
        judge(&task, &ActiveRun::Own(&silent), &[], Policy::default()),
        evidence(Condition::C, Reason::StaleHeartbeat, old, threshold)
    );
    let aborted = Run {
        state: RunState::Finished("aborted".into()),
        ..silent
    };
    assert_eq!(
        judge(&task, &ActiveRun::Own(&aborted), &[], Policy::default()),
        evidence(
            Condition::A,
            Reason::RunFinished("aborted".into()),
            old,
            Duration::ZERO
        )
    );
}

#[test]
fn verdicts_in_words() {
    let stale = Run {
        heartbeat: at("16m ago"),
        ..run(RunState::Unfinished)
    };
    for (active, words) in [
        (
            ActiveRun::Own(&stale),
            "stale_heartbeat, last sign of life 2026-04-11T03:02:00.000000Z",
        ),
        (ActiveRun::Own(&completed()), "run_completed"),
        (
            ActiveRun::None,
            "undecided: there is no active run, and no readable heartbeat, start or update says how old the claim is",
        ),
    ] {
        assert_eq!(
            judge(&NO_TASK, &active, &[], Policy::default()).to_string(),
            words
        );
    }
    assert_eq!(Verdict::Healthy.to_string(), "healthy");
    let unsettled = Undecided::RunHasNoEnd;
    assert!(Verdict::Undecided(unsettled).to_string().contains("settle time"));
}

#[test]
fn another_run_that_is_live_wins_over_every_condition() {
    let live = Run {
        heartbeat: at("1s ago"),
        ..run(RunState::Unfinished)
    };
    let stale = Run {
        heartbeat: at("16m ago"),
        ..run(RunState::Unfinished)
    };
    let ended = Run {
        heartbeat: at("1s ago"),
        ..completed()
    };
    let old_claim = Task {
        started: at("1h ago"),
        ..NO_TASK
    };
    let (own_completed, own_mute) = (completed(), run(RunState::Unfinished));
    let every_active = [
        ActiveRun::None,
        ActiveRun::Missing,
        ActiveRun::Own(&own_completed),
        ActiveRun::Own(&stale),
        ActiveRun::Own(&own_mute),
    ];
    for active in &every_active {
        let others = [ended.clone(), live.clone()];
        assert_eq!(
            judge(&old_claim, active, &others, Policy::default()),
            Verdict::Healthy,
            "{active:?}"
        );
        let others = [ended.clone(), stale.clone()];
        assert_ne!(
            judge(&old_claim, active, &others, Policy::default()),
            Verdict::Healthy,
            "{active:?}"
        );
    }
}

#[test]
fn the_tasks_heartbeat_vouches_for_its_active_run_only() {
    let beating = Task {
        heartbeat: at("1s ago"),
        ..NO_TASK
    };
    let stale = Run {
        heartbeat: at("16m ago"),
        ..run(RunState::Unfinished)
    };
    let of = |active: &ActiveRun<&Run>, others: &[Run]| judge(&beating, active, others, Policy::default());
    assert_eq!(of(&ActiveRun::Own(&stale), &[]), Verdict::Healthy);
    assert_ne!(of(&ActiveRun::Own(&completed()), &[stale]), Verdict::Healthy);
}

#[test]
fn claim_grace_is_measured_apart_from_stale_after() {
    let claim = Task {
        started: at("10m ago"),
        ..NO_TASK
    };
    let silent = Run {
        heartbeat: at("10m ago"),
        ..run(RunState::Unfinished)
    };
    let policy = |stale_s, grace_s: Option<u64>| Policy {
        stale_after: Duration::from_secs(stale_s),
        claim_grace: grace_s.map(Duration::from_secs),
        ..Policy::default()
    };
    let is_zombie =
        |active: ActiveRun<&Run>, policy| matches!(judge(&claim, &active, &[], policy), Verdict::Zombie(_));
    assert!(
        !is_zombie(ActiveRun::None, policy(300, Some(600))),
        "exactly at the grace"
    );
    assert!(is_zombie(ActiveRun::None, policy(300, Some(599))));
    assert!(
        is_zombie(ActiveRun::None, policy(599, None)),
        "the grace is stale_after"
    );
    assert!(is_zombie(ActiveRun::Own(&silent), policy(599, Some(3600))));
    assert!(!is_zombie(ActiveRun::Own(&silent), policy(600, Some(0))));
}

#[test]
fn settle_time_is_measured_from_the_runs_end() {
    let settling = Policy {
        settle: Duration::from_secs(60),
        ..Policy::default()
    };
    let ended = |when: Reading| {
        let run = Run {
            ended: when,
            heartbeat: at("1h ago"),
            ..completed()
        };
        judge(&NO_TASK, &ActiveRun::Own(&run), &[], settling)
    };
    assert_eq!(ended(at("60s ago")), Verdict::Healthy);
    assert_eq!(ended(at("in 5m")), Verdict::Healthy);
    assert!(matches!(
        ended(at("60.001s ago")),
        Verdict::Zombie(Evidence { condition: Condition::A, threshold, .. }) if threshold == settling.settle
    ));
    for unknown in [Reading::Absent, Reading::Unreadable] {
        assert_eq!(ended(unknown), Verdict::Undecided(Undecided::RunHasNoEnd));
    }
}
