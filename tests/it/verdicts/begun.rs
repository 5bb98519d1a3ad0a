//! Where tasks have no pointer: which run was begun last, and whether the task was claimed since its runs ended.

use std::cmp::Ordering;

use zombie_sweeper::zombie::{Run, Signs, Task, Timestamp, by_begin, is_claimed_since};

use super::{at, completed, end, none, running, unreadable, written};

fn begun(started: Signs, created: Signs, place: Option<i64>) -> Run {
    Run {
        started,
        created,
        place,
        ..running()
    }
}

#[test]
fn by_start_then_by_row() {
    let old = || begun(at("2h ago"), none(), Some(5));
    for (other, expected) in [
        (begun(at("1h ago"), none(), Some(4)), Ordering::Greater),
        (begun(at("3h ago"), none(), Some(6)), Ordering::Less),
        (begun(at("2h ago"), none(), Some(6)), Ordering::Greater),
        (begun(at("2h ago"), none(), Some(4)), Ordering::Less),
        (begun(at("2h ago"), none(), Some(5)), Ordering::Equal),
        // A creation stands in where there is no start, and only there.
        (begun(none(), at("1h ago"), Some(4)), Ordering::Greater),
        (begun(none(), at("3h ago"), Some(6)), Ordering::Less),
        (begun(at("3h ago"), at("1h ago"), Some(6)), Ordering::Less),
        // One that has not begun, or does not say when, counts as last.
        (begun(none(), none(), Some(4)), Ordering::Greater),
        (begun(unreadable(), none(), Some(4)), Ordering::Greater),
        (begun(unreadable(), at("3h ago"), Some(4)), Ordering::Greater),
        (
            begun(at("3h ago").and(&unreadable()), none(), Some(4)),
            Ordering::Greater,
        ),
    ] {
        assert_eq!(by_begin(&other, &old()), expected, "{other:?}");
        assert_eq!(by_begin(&old(), &other), expected.reverse(), "{other:?}");
    }
    let timeless = |place| begun(none(), none(), place);
    assert_eq!(
        by_begin(&timeless(Some(5)), &timeless(Some(4))),
        Ordering::Greater
    );
    assert_eq!(by_begin(&timeless(None), &timeless(None)), Ordering::Equal);
}

#[test]
fn any_sign_of_the_task_after_the_end_is_a_claim() {
    let ended = Run {
        ended: end("1h ago"),
        started: at("2h ago"),
        ..completed()
    };
    let places: [fn(Signs) -> Task; 3] = [
        |heartbeat| Task {
            heartbeat,
            ..Task::default()
        },
        |started| Task {
            started,
            ..Task::default()
        },
        |updated| Task {
            updated,
            ..Task::default()
        },
    ];
    for task in places {
        assert!(is_claimed_since(&task(at("59m ago")), &ended));
        assert!(!is_claimed_since(&task(at("1h ago")), &ended), "the same moment");
        assert!(!is_claimed_since(&task(at("61m ago")), &ended));
        assert!(!is_claimed_since(&task(none()), &ended));
        assert!(
            is_claimed_since(&task(unreadable()), &ended),
            "it may be the newest"
        );
        assert!(is_claimed_since(&task(at("in 16m")), &ended), "likewise");
    }
    // Neither a lease nor a worker says when a claim was made.
    let leased = Task {
        lease: super::lease("in 1h"),
        ..Task::default()
    };
    assert!(!is_claimed_since(&leased, &ended));
}

#[test]
fn where_no_end_can_be_read_the_newest_sign_of_the_run_stands_for_it() {
    let run = |ended, heartbeat| Run {
        started: at("2h ago"),
        ended,
        heartbeat,
        ..completed()
    };
    let updated = Task {
        updated: at("1h ago"),
        ..Task::default()
    };
    for ended in [none(), unreadable()] {
        assert!(is_claimed_since(&updated, &run(ended.clone(), none())));
        assert!(!is_claimed_since(&updated, &run(ended.clone(), at("30m ago"))));
        assert!(is_claimed_since(&updated, &run(ended, at("90m ago"))));
    }
    assert!(
        is_claimed_since(&updated, &completed()),
        "nothing says when it ended"
    );
    assert!(!is_claimed_since(&Task::default(), &completed()));
}

#[test]
fn moments_of_different_precision_are_compared_to_the_coarser() {
    let text = |text| written(text, Timestamp::MAX);
    for (end, updated, expected) in [
        ("2026-04-11T03:00:00Z", "2026-04-11T03:00:00.300Z", false),
        ("2026-04-11T03:00:00Z", "2026-04-11T03:00:01Z", true),
        ("2026-04-11T03:00:00.300Z", "2026-04-11T03:00:00.400Z", true),
    ] {
        let run = Run {
            ended: text(end),
            ..completed()
        };
        let task = Task {
            updated: text(updated),
            ..Task::default()
        };
        assert_eq!(is_claimed_since(&task, &run), expected, "{end}, {updated}");
    }
}
