//! A task that is its own run: every sign of life × lease × end × update.

use zombie_sweeper::zombie::{ActiveRun, Signs, Task, Undecided, Verdict, is_live};

use super::{at, end, judge, lease, letter, none, sign, unreadable};
use crate::world::NOW;

fn leased(phrase: &str) -> Signs {
    match phrase {
        "" => none(),
        "unreadable" => unreadable(),
        phrase => lease(phrase),
    }
}

const LEASES: [&str; 5] = ["", "in 1h", "1m ago", "3h ago", "unreadable"];

/// The sign of life, and what is found with each of the leases; `L` is the C of a lease that is over.
const HEARTBEATS: [(&str, &str); 7] = [
    // Nothing but the lease.
    ("", "?HLL?"),
    ("1s ago", "HHHHH"),
    ("900.000s ago", "HHHHH"),
    // Where no start is known, the beat may be another attempt's: a lease ahead protects, one that is over proves nothing.
    ("900.001s ago", "CHCC?"),
    ("2h ago", "CHCC?"),
    // Further ahead than can be. A lease ahead settles it.
    ("in 900.001s", "?H???"),
    ("unreadable", "?H???"),
];

const STARTS: [(&str, &str); 7] = [
    ("", "?HLL?"),
    // Over is over, however fresh the start; one that ended before the start is a leftover.
    ("1s ago", "HHHHH"),
    ("900.000s ago", "HHLHH"),
    ("900.001s ago", "CHLC?"),
    ("2h ago", "CHLC?"),
    ("in 900.001s", "?H???"),
    ("unreadable", "?H???"),
];

const ENDS: [&str; 4] = ["", "2d ago", "now", "unreadable"];
const UPDATES: [&str; 4] = ["", "1m ago", "20m ago", "unreadable"];

/// What has an end is never reaped, unless a heartbeat or a start follows it: then it is an earlier attempt's.
fn beside_an_end(without: char, end: &str, sign: &str) -> char {
    let is_followed = end == "2d ago" && sign.ends_with("ago");
    match without {
        'H' => 'H',
        other if end.is_empty() || is_followed => other,
        _ => '?',
    }
}

#[test]
fn every_sign_lease_end_and_update() {
    for (is_start, table) in [(false, HEARTBEATS), (true, STARTS)] {
        for (phrase, row) in table {
            for (lease, expected) in LEASES.into_iter().zip(row.chars()) {
                for (end_at, updated) in ENDS.iter().flat_map(|end| UPDATES.map(|updated| (*end, updated))) {
                    let mut task = Task {
                        lease: leased(lease),
                        ended: if end_at == "unreadable" {
                            unreadable()
                        } else if end_at.is_empty() {
                            none()
                        } else {
                            end(end_at)
                        },
                        updated: sign(updated),
                        ..Task::default()
                    };
                    *if is_start {
                        &mut task.started
                    } else {
                        &mut task.heartbeat
                    } = sign(phrase);
                    // An update counts where there is nothing else.
                    let without = match (phrase, lease, updated) {
                        ("", "", "1m ago") => 'H',
                        ("", "", "20m ago") => 'C',
                        _ => expected,
                    };
                    let what = format!(
                        "start: {is_start}, sign {phrase}, lease {lease}, end {end_at}, updated {updated}"
                    );
                    let expected = beside_an_end(without, end_at, phrase);
                    let found = judge(&task, &ActiveRun::Itself, &[]);
                    assert_eq!(letter(&found), expected, "{what}");
                    let policy = zombie_sweeper::Policy::default();
                    let live = is_live(&task, &ActiveRun::Itself, &policy, NOW.into());
                    assert_eq!(live, expected == 'H', "{what}");
                }
            }
        }
    }
}

#[test]
fn an_end_is_told_from_that_of_an_earlier_attempt_to_the_coarser_precision() {
    let ended = |sign, end| Task {
        heartbeat: super::written(sign, NOW.into()),
        ended: super::written(end, zombie_sweeper::zombie::Timestamp::MAX),
        ..Task::default()
    };
    for (sign, end, expected) in [
        ("2026-04-11T02:00:00.300Z", "2026-04-11T02:00:00Z", '?'),
        ("2026-04-11T02:00:01Z", "2026-04-11T02:00:00.300Z", 'C'),
        ("2026-04-11T02:00:00Z", "2026-04-11T02:00:00.300Z", '?'),
        ("2026-04-11T02:00:00Z", "2026-04-11T02:00:00Z", '?'),
        // One that lies ahead is an end too.
        ("2026-04-11T02:00:00Z", "2026-04-12T02:00:00Z", '?'),
    ] {
        let found = judge(&ended(sign, end), &ActiveRun::Itself, &[]);
        assert_eq!(letter(&found), expected, "{sign}, {end}");
    }
}

#[test]
fn it_says_why_it_is_left() {
    let why = |task: Task| match judge(&task, &ActiveRun::Itself, &[]) {
        Verdict::Undecided(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(Task::default()), Undecided::TaskHasNoSignOfLife);
    let old = Task {
        heartbeat: at("2h ago"),
        ..Task::default()
    };
    let ended = Task {
        ended: end("1h ago"),
        ..old.clone()
    };
    assert!(matches!(why(ended), Undecided::TaskHasAnEnd(_)));
    let double = Task {
        is_double: true,
        ..old
    };
    assert_eq!(why(double), Undecided::TaskIsDouble);
}
