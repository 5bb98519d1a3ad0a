//! What a verdict says of itself.

use std::time::Duration;

use zombie_sweeper::zombie::{
    ActiveRun, Condition, Evidence, Reason, Run, RunState, Signs, Task, Undecided, Verdict,
};

use super::{at, completed, end, judge, lease, running, unknown, unreadable};

#[test]
fn evidence_says_what_was_found() {
    let grace = Duration::from_secs(900);
    let evidence = |condition, reason, sign: &Signs, threshold, is_silence| {
        Verdict::Zombie(Evidence {
            condition,
            reason,
            sign_of_life: sign.newest.map(|moment| moment.at),
            threshold,
            is_silence,
        })
    };
    let (old, older) = (at("20m ago"), at("30m ago"));
    let task = Task {
        started: older.clone(),
        updated: old.clone(),
        ..Task::default()
    };
    assert_eq!(
        judge(&task, &ActiveRun::None, &[]),
        evidence(Condition::B, Reason::NoActiveRun, &old, grace, true)
    );
    assert_eq!(
        judge(&task, &ActiveRun::Missing, &[]),
        evidence(Condition::B, Reason::MissingRun, &old, grace, true)
    );
    let silent = Run {
        started: older.clone(),
        heartbeat: old.clone(),
        ..running()
    };
    assert_eq!(
        judge(&task, &ActiveRun::Own(&silent), &[]),
        evidence(Condition::C, Reason::StaleHeartbeat, &old, grace, true)
    );
    let over = Run {
        started: older.clone(),
        lease: lease("1m ago"),
        ..running()
    };
    assert_eq!(
        judge(&Task::default(), &ActiveRun::Own(&over), &[]),
        evidence(Condition::C, Reason::LeaseExpired, &older, Duration::ZERO, true)
    );
    let aborted = Run {
        state: RunState::Finished("aborted".into()),
        ended: end("20m ago"),
        ..silent
    };
    let reason = || Reason::RunFinished("aborted".into());
    assert_eq!(
        judge(&task, &ActiveRun::Own(&aborted), &[]),
        evidence(Condition::A, reason(), &old, Duration::ZERO, false)
    );
    let by_evidence = Run {
        ended: end("20m ago"),
        ..unknown()
    };
    let reason = Reason::RunFinished("succeeded".into());
    assert_eq!(
        judge(&Task::default(), &ActiveRun::Own(&by_evidence), &[]),
        evidence(Condition::A, reason, &old, grace, true)
    );
}

#[test]
fn verdicts_in_words() {
    let stale = Run {
        heartbeat: at("16m ago"),
        ..running()
    };
    let garbled = Run {
        heartbeat: unreadable(),
        ..running()
    };
    for (active, words) in [
        (
            ActiveRun::Own(&stale),
            "stale_heartbeat, last sign of life 2026-04-11T03:02:00.000000Z",
        ),
        (ActiveRun::Own(&completed()), "run_completed"),
        (
            ActiveRun::Own(&running()),
            "undecided: the active run is unfinished, and no readable heartbeat or start says whether it is alive: run r1",
        ),
        (
            ActiveRun::Own(&garbled),
            "undecided: run r1: a.column is \"soon\", which is not understood as a time",
        ),
        (
            ActiveRun::None,
            "undecided: there is no active run, and no readable heartbeat, start or update says how old the claim is",
        ),
    ] {
        assert_eq!(judge(&Task::default(), &active, &[]).to_string(), words);
    }
    let ahead = Task {
        started: at("in 16m"),
        ..Task::default()
    };
    assert_eq!(
        judge(&ahead, &ActiveRun::None, &[]).to_string(),
        "undecided: a.column is \"2026-04-11T03:34:00.000Z\", which lies further ahead of now than can be"
    );
    assert_eq!(Verdict::Healthy.to_string(), "healthy");
    let unsettled = Undecided::RunHasNoEnd("r1".into());
    let unsettled = Verdict::Undecided(unsettled).to_string();
    assert!(
        unsettled.contains("settle time") && unsettled.contains("r1"),
        "{unsettled}"
    );
}
