//! Workers with rows of their own: what one shows × what shows what it holds.

use std::sync::Arc;
use std::time::Duration;

use zombie_sweeper::zombie::{ActiveRun, Condition, Evidence, Reason, Run, Signs, Task, Verdict, Worker};

use super::leases::TABLE as LEASES;
use super::{at, completed, end, judge, lease, letter, none, running, unknown, unreadable};

fn sign(phrase: &str) -> Signs {
    match phrase {
        "" => none(),
        "unreadable" => unreadable(),
        phrase => at(phrase),
    }
}

fn worker(beat: &str, began: &str) -> Worker {
    Worker {
        id: "w1".into(),
        is_gone: false,
        heartbeat: sign(beat),
        started: if began.is_empty() { none() } else { end(began) },
        lease: none(),
        print: 0,
    }
}

fn gone(worker: Worker) -> Worker {
    Worker {
        is_gone: true,
        ..worker
    }
}

/// What it holds: heartbeat and start.
const HELD: [(&str, &str); 5] = [
    ("", ""),
    ("", "2h ago"),
    ("", "1m ago"),
    ("1h ago", "2h ago"),
    ("1m ago", "2h ago"),
];

/// What the worker shows, when it began, whether it is gone, and what is found of each that it holds: `D` is silence, B
/// of a claim and C of a run, `G` the C of a worker that is gone.
const TABLE: [(&str, &str, bool, &str); 16] = [
    ("1s ago", "", false, "HHHHH"),
    ("900.000s ago", "", false, "HHHHH"),
    ("900.001s ago", "", false, "DDHDH"),
    ("in 15m", "", false, "HHHHH"),
    ("in 900.001s", "", false, "??H?H"),
    ("unreadable", "", false, "??H?H"),
    ("", "", false, "?DHDH"),
    // It began before, or in the same moment.
    ("1s ago", "3h ago", false, "HHHHH"),
    ("1s ago", "2h ago", false, "HHHHH"),
    // It began after: another life under the same name. Where nothing says when the work began, nothing says that it is.
    ("1s ago", "1h ago", false, "HDHDH"),
    ("unreadable", "1h ago", false, "?DHDH"),
    ("", "1h ago", false, "?DHDH"),
    ("900.001s ago", "1h ago", false, "DDHDH"),
    // It is gone: what it showed says nothing, however fresh.
    ("1s ago", "", true, "GDHDH"),
    ("unreadable", "", true, "GDHDH"),
    ("", "", true, "GDHDH"),
];

fn run(heartbeat: &str, started: &str) -> Run {
    Run {
        heartbeat: sign(heartbeat),
        started: sign(started),
        ..running()
    }
}

fn task(heartbeat: &str, started: &str) -> Task {
    Task {
        heartbeat: sign(heartbeat),
        started: sign(started),
        ..Task::default()
    }
}

fn letter_of(verdict: &Verdict) -> char {
    match verdict {
        Verdict::Zombie(Evidence {
            reason: Reason::WorkerGone,
            condition: Condition::C,
            is_silence: true,
            sign_of_life: None,
            threshold: Duration::ZERO,
        }) => 'G',
        verdict => letter(verdict),
    }
}

#[test]
fn of_a_run_by_its_own_name_or_by_its_tasks() {
    for (beat, began, is_gone, row) in TABLE {
        let worker = Worker {
            is_gone,
            ..worker(beat, began)
        };
        for ((heartbeat, started), expected) in HELD.into_iter().zip(row.chars()) {
            let expected = if expected == 'D' { 'C' } else { expected };
            let what = format!("worker {beat}, began {began}, gone: {is_gone}; run {heartbeat}, {started}");
            let run = run(heartbeat, started);
            let of_task = Task {
                worker: Some(Arc::new(worker.clone())),
                ..Task::default()
            };
            let found = judge(&of_task, &ActiveRun::Own(&run), &[]);
            assert_eq!(letter_of(&found), expected, "named by the task: {what}");
            let of_run = Run {
                worker: Some(Arc::new(worker.clone())),
                ..run
            };
            let found = judge(&Task::default(), &ActiveRun::Own(&of_run), &[]);
            assert_eq!(letter_of(&found), expected, "{what}");
        }
    }
}

#[test]
fn of_a_task_that_is_its_own_run_and_of_a_claim() {
    for (beat, began, is_gone, row) in TABLE {
        let worker = Worker {
            is_gone,
            ..worker(beat, began)
        };
        for ((heartbeat, started), expected) in HELD.into_iter().zip(row.chars()) {
            let task = Task {
                worker: Some(Arc::new(worker.clone())),
                ..task(heartbeat, started)
            };
            for (active, silence) in [
                (ActiveRun::Itself, 'C'),
                (ActiveRun::None, 'B'),
                (ActiveRun::Missing, 'B'),
            ] {
                let expected = if expected == 'D' { silence } else { expected };
                let found = letter_of(&judge(&task, &active, &[]));
                assert_eq!(
                    found, expected,
                    "{active:?}, worker {beat}, began {began}, gone: {is_gone}; {heartbeat}, {started}"
                );
            }
        }
    }
}

#[test]
fn of_another_run_than_the_active_one() {
    let silent = Run {
        place: Some(5),
        ..run("1h ago", "2h ago")
    };
    for (beat, began, is_gone, row) in TABLE {
        let worker = Worker {
            is_gone,
            ..worker(beat, began)
        };
        for ((heartbeat, started), expected) in HELD.into_iter().zip(row.chars()) {
            // Silent, it has no say. One that shows nothing may be the successor, its worker gone or not.
            let expected = match expected {
                'D' => 'C',
                'G' => '?',
                other => other,
            };
            let other = Run {
                id: "r2".into(),
                place: Some(6),
                worker: Some(Arc::new(worker.clone())),
                ..run(heartbeat, started)
            };
            // One that cannot be read and began with the active one, or has no start, is placed by its row.
            let found = judge(&Task::default(), &ActiveRun::Own(&silent), &[other]);
            assert_eq!(
                letter_of(&found),
                expected,
                "worker {beat}, began {began}, gone: {is_gone}; {heartbeat}, {started}"
            );
        }
    }
}

#[test]
fn its_lease_is_that_of_all_it_holds() {
    let leased = |phrase: &str, beat: &str| Worker {
        lease: match phrase {
            "unreadable" => unreadable(),
            phrase => lease(phrase),
        },
        ..worker(beat, "")
    };
    for (lease, start, beat, expected) in LEASES {
        let expected = |silence| if expected == 'D' { silence } else { expected };
        let what = format!("lease {lease}, start {start}, heartbeat {beat}");
        let held = Run {
            worker: Some(Arc::new(leased(lease, beat))),
            ..run("", start)
        };
        let found = judge(&Task::default(), &ActiveRun::Own(&held), &[]);
        assert_eq!(letter(&found), expected('C'), "{what}");
        // Its heartbeats and the run's are the same to it.
        let held = Run {
            worker: Some(Arc::new(leased(lease, ""))),
            ..run(beat, start)
        };
        let found = judge(&Task::default(), &ActiveRun::Own(&held), &[]);
        assert_eq!(letter(&found), expected('C'), "{what}");
        for (active, silence) in [(ActiveRun::Itself, 'C'), (ActiveRun::None, 'B')] {
            let held = Task {
                worker: Some(Arc::new(leased(lease, beat))),
                ..task("", start)
            };
            assert_eq!(letter(&judge(&held, &active, &[])), expected(silence), "{what}");
        }
    }
}

#[test]
fn a_lease_of_one_that_is_gone_or_lives_another_life_is_none() {
    let leased = |worker| Worker {
        lease: lease("in 1h"),
        ..worker
    };
    for (worker, started, expected) in [
        (worker("", ""), "2h ago", 'H'),
        (worker("", "3h ago"), "2h ago", 'H'),
        (worker("", "1h ago"), "2h ago", 'C'),
        (worker("", "1h ago"), "", 'H'),
        (gone(worker("", "")), "2h ago", 'C'),
        (gone(worker("", "")), "", 'G'),
    ] {
        let held = Run {
            worker: Some(Arc::new(leased(worker.clone()))),
            ..run("", started)
        };
        let found = judge(&Task::default(), &ActiveRun::Own(&held), &[]);
        assert_eq!(letter_of(&found), expected, "{worker:?}, {started}");
    }
}

#[test]
fn of_two_that_are_named_one_is_enough() {
    let both = |of_run: Worker, of_task: Worker| {
        let run = Run {
            worker: Some(Arc::new(of_run)),
            ..running()
        };
        let task = Task {
            worker: Some(Arc::new(of_task)),
            ..Task::default()
        };
        letter_of(&judge(&task, &ActiveRun::Own(&run), &[]))
    };
    let (here, away) = (|| worker("1s ago", ""), || gone(worker("1s ago", "")));
    assert_eq!(both(here(), away()), 'H');
    assert_eq!(both(away(), here()), 'H');
    assert_eq!(both(away(), away()), 'G');
    assert_eq!(
        both(away(), worker("", "")),
        '?',
        "it is there, and shows nothing"
    );
}

#[test]
fn a_lease_that_is_over_settles_it_though_the_worker_is_gone() {
    let held = Run {
        lease: lease("1s ago"),
        worker: Some(Arc::new(gone(worker("1s ago", "")))),
        ..running()
    };
    assert_eq!(letter(&judge(&Task::default(), &ActiveRun::Own(&held), &[])), 'L');
    let held = Run {
        lease: lease("in 1s"),
        ..held
    };
    assert_eq!(letter(&judge(&Task::default(), &ActiveRun::Own(&held), &[])), 'H');
}

/// The start of the claim may be an earlier attempt's, so that it does not say which life of the worker began the run.
#[test]
fn a_run_that_shows_nothing_but_its_worker_lives_by_it_whatever_its_claim_says() {
    let run = |beat| Run {
        worker: Some(Arc::new(worker(beat, "1h ago"))),
        ..running()
    };
    let task = |updated| Task {
        started: at("2h ago"),
        updated: at(updated),
        ..Task::default()
    };
    let of = |beat, updated| letter(&judge(&task(updated), &ActiveRun::Own(&run(beat)), &[]));
    assert_eq!(of("1s ago", "20m ago"), 'H');
    assert_eq!(of("20m ago", "20m ago"), 'C');
    assert_eq!(of("20m ago", "1m ago"), 'H', "somebody has just claimed it");
    let named_by_task = Task {
        worker: Some(Arc::new(worker("1s ago", "1h ago"))),
        ..task("20m ago")
    };
    assert_eq!(
        letter(&judge(&named_by_task, &ActiveRun::Own(&running()), &[])),
        'H'
    );
}

#[test]
fn whoever_claimed_a_task_again_speaks_for_it() {
    let task = |beat, began| Task {
        started: at("20m ago"),
        worker: Some(Arc::new(worker(beat, began))),
        ..Task::default()
    };
    let finished = Run {
        ended: end("2h ago"),
        ..completed()
    };
    let of = |task: Task| letter(&judge(&task, &ActiveRun::Own(&finished), &[]));
    assert_eq!(of(task("1s ago", "")), 'H');
    assert_eq!(of(task("1s ago", "10m ago")), 'A', "another life");
    assert_eq!(of(task("16m ago", "")), 'A');
    assert_eq!(of(task("unreadable", "")), '?');
    // A word ends a run, whoever is at work.
    let since = Task {
        started: at("3h ago"),
        ..task("1s ago", "")
    };
    assert_eq!(of(since), 'A');
}

/// The worker's heartbeats are signs of its claim.
#[test]
fn beside_a_run_that_is_finished_by_evidence_alone_its_worker_counts() {
    let ended = Run {
        ended: end("2h ago"),
        ..unknown()
    };
    for (beat, began, expected) in [
        ("1s ago", "", 'H'),
        ("900.000s ago", "", 'H'),
        ("900.001s ago", "", 'A'),
        ("unreadable", "", '?'),
        ("", "", 'A'),
        ("1s ago", "1h ago", 'A'),
    ] {
        let task = Task {
            started: at("3h ago"),
            worker: Some(Arc::new(worker(beat, began))),
            ..Task::default()
        };
        let found = letter(&judge(&task, &ActiveRun::Own(&ended), &[]));
        assert_eq!(found, expected, "{beat}, {began}");
        let task = Task {
            worker: Some(Arc::new(gone(worker(beat, began)))),
            ..task
        };
        assert_eq!(letter(&judge(&task, &ActiveRun::Own(&ended), &[])), 'A');
    }
}
