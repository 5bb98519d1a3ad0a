//! Which verdicts rest on silence, so that a second look may find it broken.

use zombie_sweeper::zombie::{ActiveRun, Evidence, Run, Task, Verdict};

use super::{at, completed, end, judge, lease, running, unknown};

fn is_silence(task: &Task, active: &ActiveRun<&Run>) -> bool {
    match judge(task, active, &[]) {
        Verdict::Zombie(Evidence { is_silence, .. }) => is_silence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_that_its_word_ends_rests_on_none_unless_the_task_was_touched_since() {
    let run = Run {
        heartbeat: at("2h ago"),
        ended: end("1h ago"),
        ..completed()
    };
    let task = |updated, heartbeat| Task {
        updated: at(updated),
        heartbeat: at(heartbeat),
        ..Task::default()
    };
    assert!(!is_silence(&Task::default(), &ActiveRun::Own(&run)));
    assert!(!is_silence(&task("1h ago", "1h ago"), &ActiveRun::Own(&run)));
    assert!(is_silence(&task("59m ago", "2h ago"), &ActiveRun::Own(&run)));
    assert!(is_silence(&task("2h ago", "59m ago"), &ActiveRun::Own(&run)));
    let claimed_again = Task {
        started: at("20m ago"),
        ..Task::default()
    };
    assert!(is_silence(&claimed_again, &ActiveRun::Own(&run)));
}

#[test]
fn all_others_do() {
    let old = Task {
        started: at("2h ago"),
        ..Task::default()
    };
    let silent = Run {
        started: at("2h ago"),
        ..running()
    };
    let over = Run {
        lease: lease("1s ago"),
        ..silent.clone()
    };
    let by_evidence = Run {
        ended: end("2h ago"),
        ..unknown()
    };
    for active in [
        ActiveRun::None,
        ActiveRun::Missing,
        ActiveRun::Own(&silent),
        ActiveRun::Own(&over),
        ActiveRun::Own(&by_evidence),
    ] {
        assert!(is_silence(&old, &active), "{active:?}");
    }
}
