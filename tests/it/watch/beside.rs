//! A sweep beside the watch, as somebody asks the same process for: it knows no more of silence than the watch does.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use zombie_sweeper::{SweepOptions, SweepReport};

use super::{MINUTE, Story, silent};
use crate::world::reasons;

/// A story whose watch has looked for a minute at a task that was last heard of so long before that.
fn watched(heartbeat: &str) -> Story {
    let mut story = Story::of(silent(heartbeat));
    story.look();
    story.watch_for(MINUTE, true);
    story
}

/// What a sweep beside the watch finds now, and for how many seconds it waits for that.
fn beside(story: &mut Story, is_dry: bool) -> (SweepReport, Vec<u64>) {
    let waits = Arc::new(Mutex::new(Vec::new()));
    let (waited, wall) = (Arc::clone(&waits), story.at.wall);
    let options = SweepOptions::at(wall)
        .looked_since(story.watch.attended().looked_since(story.at))
        .dry_run(is_dry)
        .waiting(move |time| {
            waited.lock().unwrap().push(time.as_secs());
            Some(wall + TimeDelta::from_std(time).unwrap())
        });
    let report = story.world.sweep_with(&options);
    let waits = waits.lock().unwrap().clone();
    (report, waits)
}

#[test]
fn clock_that_was_set_since_the_last_question_makes_it_look_twice() {
    let mut story = watched("1s ago");
    story.set_clock(3_600);
    let (report, waits) = beside(&mut story, false);
    assert_eq!(waits, [MINUTE]);
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "nothing has broken it");
}

#[test]
fn so_does_one_that_the_watch_has_seen_set() {
    let mut story = watched("1s ago");
    story.set_clock(3_600);
    assert!(story.watch_for(3, true).is_empty());
    assert_eq!(beside(&mut story, false).1, [MINUTE]);
}

#[test]
fn failure_of_the_watch_makes_it_look_twice() {
    let mut story = watched("13m ago");
    story.watch.failed(story.at);
    story.gap(1.0);
    assert_eq!(beside(&mut story, false).1, [0; 0], "it is no zombie yet");
    story.gap(100.0);
    assert_eq!(beside(&mut story, false).1, [MINUTE]);
}

#[test]
fn silence_that_was_watched_is_acted_on_at_once() {
    for is_dry in [true, false] {
        let mut story = watched("838s ago");
        story.gap(4.0);
        let (report, waits) = beside(&mut story, is_dry);
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
        assert!(waits.is_empty());
        assert!(report.warnings.is_empty(), "{report:?}");
    }
}

#[test]
fn dry_run_says_so_and_does_not_wait() {
    let mut story = watched("1s ago");
    story.set_clock(3_600);
    let (report, waits) = beside(&mut story, true);
    assert!(waits.is_empty());
    let says = |warning: &String| warning.contains("looks at them twice: 1");
    assert!(report.warnings.iter().any(says), "{report:?}");
}
