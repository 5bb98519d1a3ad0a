//! What a task says of its run × where a sign of life stands × how old that is.

use zombie_sweeper::zombie::{ActiveRun, Run, Signs, Task};

use super::{at, completed, end, judge, lease, letter, none, running, unknown, unreadable};

/// The columns of the table: none, fresh, just not too old, just too old, ahead, ahead of belief, unreadable.
const SIGNS: [&str; 7] = [
    "none",
    "1s ago",
    "900.000s ago",
    "900.001s ago",
    "in 15m",
    "in 15.001m",
    "unreadable",
];

/// One column of the database holds the sign, all others are empty: but for the end of a finished run, 2 h ago, and that
/// of one with a word never seen before, which is what makes it finished by evidence.
const TABLE: [(&str, &str, &str); 41] = [
    ("none", "task.heartbeat", "?HHBH??"),
    ("none", "task.started", "?HHBH??"),
    ("none", "task.updated", "?HHBH??"),
    ("none", "task.lease", "?LLLHH?"),
    ("missing", "task.heartbeat", "?HHBH??"),
    ("missing", "task.started", "?HHBH??"),
    ("missing", "task.updated", "?HHBH??"),
    ("missing", "task.lease", "?LLLHH?"),
    ("running", "run.heartbeat", "?HHCH??"),
    ("running", "run.started", "?HHCH??"),
    ("running", "run.created", "?HHCH??"),
    ("running", "run.ended", "???????"),
    ("running", "run.lease", "?LLLHH?"),
    ("running", "task.heartbeat", "?HHCH??"),
    // The start of a claim may be an earlier attempt's.
    ("running", "task.started", "???????"),
    ("running", "task.updated", "?HHCH??"),
    ("running", "task.lease", "?LLLHH?"),
    ("unknown word", "run.heartbeat", "?HHCH??"),
    ("unknown word", "run.started", "?HHCH??"),
    ("unknown word", "run.created", "?HHCH??"),
    // This is what makes it finished by evidence.
    ("unknown word", "run.ended", "?HHA???"),
    ("unknown word", "run.lease", "?LLLHH?"),
    ("unknown word", "task.heartbeat", "?HHCH??"),
    ("unknown word", "task.started", "???????"),
    ("unknown word", "task.updated", "?HHCH??"),
    ("unknown word", "task.lease", "?LLLHH?"),
    ("finished", "run.heartbeat", "AAAAAAA"),
    ("finished", "run.started", "AAAAAAA"),
    ("finished", "run.ended", "AAAAAAA"),
    ("finished", "run.lease", "AAAAAAA"),
    ("finished", "task.heartbeat", "AAAAAAA"),
    // The task was claimed again.
    ("finished", "task.started", "AHHAH??"),
    ("finished", "task.updated", "AAAAAAA"),
    ("finished", "task.lease", "AAAAAAA"),
    // A heartbeat or a start behind the end: it goes on.
    ("by evidence", "run.heartbeat", "AHHCH??"),
    ("by evidence", "run.started", "AHHCH??"),
    ("by evidence", "run.lease", "AAAAAAA"),
    ("by evidence", "task.heartbeat", "AHHAH??"),
    ("by evidence", "task.started", "AHHAH??"),
    ("by evidence", "task.updated", "AHHAH??"),
    ("by evidence", "task.lease", "AAAAAAA"),
];

fn sign(name: &str, place: &str) -> Signs {
    // Fractions of a minute are said in seconds.
    let name = if name == "in 15.001m" { "in 900.001s" } else { name };
    match (name, place) {
        ("none", _) => none(),
        ("unreadable", _) => unreadable(),
        (_, "task.lease" | "run.lease") => lease(name),
        (_, "run.ended") => end(name),
        _ => at(name),
    }
}

#[test]
fn every_state_and_every_sign_of_life() {
    for (state, place, row) in TABLE {
        for (name, expected) in SIGNS.into_iter().zip(row.chars()) {
            let mut task = Task::default();
            let mut own = match state {
                "running" => running(),
                "unknown word" => unknown(),
                "by evidence" => Run {
                    ended: end("2h ago"),
                    ..unknown()
                },
                _ => Run {
                    ended: end("2h ago"),
                    ..completed()
                },
            };
            *match place {
                "task.heartbeat" => &mut task.heartbeat,
                "task.started" => &mut task.started,
                "task.updated" => &mut task.updated,
                "task.lease" => &mut task.lease,
                "run.heartbeat" => &mut own.heartbeat,
                "run.started" => &mut own.started,
                "run.created" => &mut own.created,
                "run.lease" => &mut own.lease,
                _ => &mut own.ended,
            } = sign(name, place);
            let active = match state {
                "none" => ActiveRun::None,
                "missing" => ActiveRun::Missing,
                _ => ActiveRun::Own(&own),
            };
            let found = letter(&judge(&task, &active, &[]));
            assert_eq!(found, expected, "{state}, {place} {name}");
        }
    }
}

#[test]
fn newest_of_all_signs_counts() {
    let run = |heartbeat, started| Run {
        heartbeat: at(heartbeat),
        started: at(started),
        ..running()
    };
    for (run, task_beat, expected) in [
        (run("16m ago", "1m ago"), "2h ago", 'H'),
        (run("1m ago", "16m ago"), "2h ago", 'H'),
        (run("16m ago", "17m ago"), "1m ago", 'H'),
        (run("16m ago", "17m ago"), "18m ago", 'C'),
    ] {
        let task = Task {
            heartbeat: at(task_beat),
            ..Task::default()
        };
        assert_eq!(letter(&judge(&task, &ActiveRun::Own(&run), &[])), expected);
    }
}

#[test]
fn creation_is_no_start_where_there_is_one() {
    let run = Run {
        started: at("16m ago"),
        created: at("1m ago"),
        ..running()
    };
    assert_eq!(letter(&judge(&Task::default(), &ActiveRun::Own(&run), &[])), 'C');
}

#[test]
fn fresh_sign_settles_it_whatever_else_cannot_be_read() {
    let beating = Run {
        heartbeat: at("1m ago"),
        started: unreadable(),
        lease: unreadable(),
        ..running()
    };
    let task = Task {
        heartbeat: unreadable(),
        ..Task::default()
    };
    assert_eq!(letter(&judge(&task, &ActiveRun::Own(&beating), &[])), 'H');
}

#[test]
fn unreadable_sign_beside_an_old_one_leaves_it_undecided() {
    let old = |run: Run| Run {
        heartbeat: at("2h ago"),
        started: at("3h ago"),
        ..run
    };
    let mut both = old(running());
    both.heartbeat.unreadable = unreadable().unreadable;
    let mut of_the_task = Task::default();
    for run in [
        both,
        Run {
            started: unreadable(),
            ..old(running())
        },
    ] {
        assert_eq!(letter(&judge(&of_the_task, &ActiveRun::Own(&run), &[])), '?');
    }
    of_the_task.heartbeat = unreadable();
    let run = old(running());
    assert_eq!(letter(&judge(&of_the_task, &ActiveRun::Own(&run), &[])), '?');
    // An update says nothing of a run that shows a sign of its own, so nobody asks for it.
    let updated = Task {
        updated: unreadable(),
        started: unreadable(),
        ..Task::default()
    };
    assert_eq!(letter(&judge(&updated, &ActiveRun::Own(&run), &[])), 'C');
}
