//! A finished run that its task still names: the work ended, or the task has been claimed again since.

use std::time::Duration;

use zombie_sweeper::Policy;
use zombie_sweeper::zombie::{
    ActiveRun, Condition, Evidence, Run, Signs, Task, Timestamp, Undecided, Verdict, verdict,
};

use super::{at, completed, end, judge, lease, letter, none, unknown, unreadable, written};
use crate::world::NOW;

fn ended(phrase: &str) -> Run {
    Run {
        ended: end(phrase),
        ..completed()
    }
}

fn started(signs: Signs) -> Task {
    Task {
        started: signs,
        ..Task::default()
    }
}

#[test]
fn start_behind_the_end_is_a_claim_with_its_grace() {
    for (start, expected) in [
        ("3h ago", 'A'),
        ("2h ago", 'A'),
        ("1h ago", 'A'),
        ("900.001s ago", 'A'),
        ("900.000s ago", 'H'),
        ("1s ago", 'H'),
    ] {
        let found = letter(&judge(
            &started(at(start)),
            &ActiveRun::Own(&ended("2h ago")),
            &[],
        ));
        assert_eq!(found, expected, "{start}");
    }
    // Ended just now, and claimed long before: at once.
    let found = judge(&started(at("1m ago")), &ActiveRun::Own(&ended("1s ago")), &[]);
    assert_eq!(letter(&found), 'A');
    let found = judge(&started(unreadable()), &ActiveRun::Own(&ended("1s ago")), &[]);
    assert_eq!(letter(&found), '?');
}

#[test]
fn newest_sign_of_the_run_stands_for_an_end_that_is_not_there() {
    let run = |beat| Run {
        heartbeat: at(beat),
        started: at("3h ago"),
        ..completed()
    };
    for (beat, start, expected) in [
        ("2m ago", "3m ago", 'A'),
        ("2m ago", "1m ago", 'H'),
        ("2h ago", "1h ago", 'A'),
    ] {
        let found = judge(&started(at(start)), &ActiveRun::Own(&run(beat)), &[]);
        assert_eq!(letter(&found), expected, "{beat}, {start}");
    }
}

#[test]
fn nothing_but_the_start_says_that_it_was_claimed_again() {
    let touched = Task {
        heartbeat: at("1s ago"),
        updated: at("1s ago"),
        lease: lease("in 1h"),
        started: at("2h ago"),
        ..Task::default()
    };
    assert_eq!(
        letter(&judge(&touched, &ActiveRun::Own(&ended("1m ago")), &[])),
        'A'
    );
}

#[test]
fn whoever_claimed_it_again_is_heard() {
    let after = |started: &str, task: Task| {
        let task = Task {
            started: at(started),
            ..task
        };
        letter(&judge(&task, &ActiveRun::Own(&ended("2h ago")), &[]))
    };
    let since = |task: Task| after("20m ago", task);
    assert_eq!(since(Task::default()), 'A');
    let beating = Task {
        heartbeat: at("1m ago"),
        ..Task::default()
    };
    assert_eq!(since(beating), 'H');
    let leased = |phrase| Task {
        lease: lease(phrase),
        ..Task::default()
    };
    assert_eq!(since(leased("in 1m")), 'H');
    assert_eq!(since(leased("1m ago")), 'A');
    assert_eq!(
        after("10m ago", leased("1m ago")),
        'H',
        "it has its grace all the same"
    );
    let garbled = Task {
        heartbeat: unreadable(),
        ..Task::default()
    };
    assert_eq!(since(garbled), '?');
    // Whoever ended the run may have updated the task.
    let updated = Task {
        updated: at("1m ago"),
        ..Task::default()
    };
    assert_eq!(since(updated), 'A');
}

#[test]
fn moments_of_different_precision_are_compared_to_the_coarser() {
    let text = |text| written(text, Timestamp::MAX);
    for (end, start, expected) in [
        ("2026-04-11T03:17:00Z", "2026-04-11T03:17:00.300Z", 'A'),
        ("2026-04-11T03:17:00Z", "2026-04-11T03:17:01Z", 'H'),
        ("2026-04-11T03:17:00.300Z", "2026-04-11T03:17:00Z", 'A'),
        ("2026-04-11T03:17:00.300Z", "2026-04-11T03:17:00.400Z", 'H'),
        ("1775877420", "2026-04-11T03:17:00.999999Z", 'A'),
    ] {
        let run = Run {
            ended: text(end),
            ..completed()
        };
        let found = judge(&started(text(start)), &ActiveRun::Own(&run), &[]);
        assert_eq!(letter(&found), expected, "{end}, {start}");
    }
    // A heartbeat in the second of the end does not follow it.
    for (beat, expected) in [("2026-04-11T03:00:00.300Z", 'A'), ("2026-04-11T03:00:01Z", 'C')] {
        let run = Run {
            ended: text("2026-04-11T03:00:00Z"),
            heartbeat: text(beat),
            ..unknown()
        };
        let found = judge(&Task::default(), &ActiveRun::Own(&run), &[]);
        assert_eq!(letter(&found), expected, "{beat}");
    }
}

const SETTLING: Policy = Policy {
    stale_after: Duration::from_secs(900),
    claim_grace: None,
    settle: Duration::from_secs(60),
};

fn settled(task: &Task, run: &Run) -> Verdict {
    verdict(task, &ActiveRun::Own(run), [], &SETTLING, NOW.into())
}

#[test]
fn settle_time_is_measured_from_the_runs_end() {
    let beat = |ended: Signs| Run {
        ended,
        heartbeat: at("1h ago"),
        ..completed()
    };
    let of_end = |signs| settled(&Task::default(), &beat(signs));
    assert_eq!(letter(&of_end(end("60s ago"))), 'H');
    assert_eq!(letter(&of_end(end("in 5m"))), 'H');
    assert!(matches!(
        of_end(end("60.001s ago")),
        Verdict::Zombie(Evidence { condition: Condition::A, threshold, .. }) if threshold == SETTLING.settle
    ));
    for unknown in [none(), unreadable()] {
        assert_eq!(
            of_end(unknown),
            Verdict::Undecided(Undecided::RunHasNoEnd("r1".into()))
        );
    }
}

#[test]
fn claim_that_came_after_the_end_has_its_grace_whatever_the_settle_time() {
    for (start, expected) in [("10m ago", 'H'), ("16m ago", 'A')] {
        let found = settled(&started(at(start)), &ended("2h ago"));
        assert_eq!(letter(&found), expected, "{start}");
    }
}
