//! What makes a silence wait for a second look.

use std::time::Duration;

use super::{HOUR, MINUTE, Story, silent};
use crate::concurrency::{on_disk, rival};
use crate::world::{NOW, World, moment};

/// A story of one task that will have been silent for so long, whose watch has looked once and rests.
fn begun(heartbeat: &str) -> Story {
    let mut story = Story::of(silent(heartbeat));
    assert!(story.look().reaps.is_empty());
    story
}

/// Whether the task is reaped by the next look, or has to wait for another.
fn is_taken_at_once(story: &mut Story) -> bool {
    let report = story.look();
    assert_eq!(report.reaps.len() + report.waiting, 1, "{report:?}");
    report.waiting == 0
}

#[test]
fn start_is_no_break() {
    let mut story = Story::of(silent("2h ago"));
    story.gap(600.0);
    assert!(is_taken_at_once(&mut story));
}

#[test]
fn gap_of_more_than_three_minutes_is_a_break() {
    for (gap, at_once) in [(100.0, true), (180.0, true), (180.5, false), (7_200.0, false)] {
        let mut story = begun("890s ago");
        story.gap(gap);
        assert_eq!(is_taken_at_once(&mut story), at_once, "{gap}");
    }
}

#[test]
fn where_less_silence_is_borne_shorter_gaps_are_breaks() {
    for (gap, at_once) in [(11.0, true), (13.0, false)] {
        let mut story =
            Story::of(silent("55s ago")).options(|options| options.stale_after(Duration::from_secs(60)));
        assert!(story.look().reaps.is_empty());
        story.gap(gap);
        assert_eq!(is_taken_at_once(&mut story), at_once, "{gap}");
    }
}

#[test]
fn to_a_lease_any_gap_of_more_than_five_seconds_is_a_break() {
    for (gap, at_once) in [(5.0, true), (5.5, false), (12.0, false)] {
        let mut story = Story::of(World::new().running("t1").started("1m ago").lease("in 4s"));
        assert!(story.look().reaps.is_empty());
        story.gap(gap);
        assert_eq!(is_taken_at_once(&mut story), at_once, "{gap}");
    }
}

#[test]
fn lease_that_nobody_renews_after_a_gap_runs_out_at_the_second_look() {
    let mut story = Story::of(World::new().running("t1").started("1m ago").lease("in 4s"));
    story.look();
    story.gap(12.0);
    assert!(story.watch_for(59, false).is_empty());
    assert_eq!(story.watch_for(5, false), ["t1"]);
}

#[test]
fn step_of_the_wall_clock_is_a_break_either_way() {
    for (step, at_once) in [(3_600, false), (15, false), (2, true), (-3, false), (-2, true)] {
        let mut story = begun("899s ago");
        story.gap(10.0);
        story.set_clock(step);
        assert_eq!(is_taken_at_once(&mut story), at_once, "{step}");
    }
}

#[test]
fn step_between_two_questions_is_not_missed() {
    let mut story = begun("870s ago");
    story.gap(1.0);
    story.set_clock(5);
    story.next(false);
    story.set_clock(-5);
    story.watch_for(20, false);
    story.gap(30.0);
    assert!(!is_taken_at_once(&mut story));
}

#[test]
fn clock_that_runs_away_in_small_steps_is_a_break_too() {
    let mut story = begun("850s ago");
    for _ in 0..30 {
        story.gap(1.0);
        story.set_clock(1);
        story.next(false);
    }
    assert!(!is_taken_at_once(&mut story));
}

#[test]
fn clock_that_is_slowly_adjusted_is_none() {
    let mut story = begun("10s ago");
    for _ in 0..14 {
        assert!(story.watch_for(60, true).is_empty());
        story.at.wall += chrono::TimeDelta::milliseconds(250);
    }
    story.gap(60.0);
    assert!(is_taken_at_once(&mut story), "three and a half seconds in all");
}

#[test]
fn failure_is_a_break() {
    let mut story = begun("890s ago");
    story.watch.failed(story.at);
    story.gap(20.0);
    assert!(!is_taken_at_once(&mut story));
}

#[test]
fn time_in_which_nobody_at_all_wrote_is_a_break() {
    for (has_changed, at_once) in [(true, true), (false, false)] {
        let mut story = begun("10s ago");
        story.watch_for(880, has_changed);
        story.gap(15.0);
        assert_eq!(is_taken_at_once(&mut story), at_once, "{has_changed}");
    }
}

#[test]
fn silence_of_a_queue_in_which_nobody_wrote_is_confirmed_all_the_same() {
    let mut story = begun("10s ago");
    assert!(story.watch_for(890 + 59, false).is_empty());
    assert_eq!(story.watch_for(3, false), ["t1"]);
}

#[test]
fn lock_that_is_not_to_be_had_at_once_leaves_the_silent_to_a_later_look() {
    let (folder, world) = on_disk("WAL");
    let mut story = Story::of(world);
    // Others have written in plain sight, a moment ago.
    story.watch_for(5, true);
    story.world = story.world.running("t1").run("r1").heartbeat("16m ago");
    let holder = rival(&folder);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let report = story.look();
    assert_eq!((report.reaps.len(), report.waiting), (0, 1));
    holder.execute_batch("ROLLBACK").unwrap();
    assert!(story.watch_for(59, false).is_empty());
    assert_eq!(story.watch_for(3, false), ["t1"]);
}

#[test]
fn failure_before_the_first_look_is_a_break_too() {
    let mut story = Story::of(silent("16m ago"));
    story.watch.failed(story.at);
    story.gap(10.0);
    assert!(!is_taken_at_once(&mut story));
}

#[test]
fn look_that_takes_long_is_a_gap() {
    let mut story = Story::of(silent("700s ago"));
    story.look_for(190.0);
    story.gap(20.0);
    assert!(!is_taken_at_once(&mut story));
}

#[test]
fn after_a_break_it_looks_at_once() {
    let mut story = begun("10s ago");
    story.watch_for(5, false);
    story.gap(200.0);
    assert_eq!(story.rest_s(false), 0);
    story.look();
    story.set_clock(30);
    assert_eq!(story.rest_s(false), 1);
}

#[test]
fn silence_that_began_after_the_break_is_acted_on_at_once() {
    let mut story = begun("10s ago");
    story.gap(200.0);
    story.look();
    let beat = NOW + chrono::TimeDelta::seconds(230);
    story
        .world
        .conn
        .execute(
            "UPDATE task_runs SET last_heartbeat = ?1",
            [beat.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()],
        )
        .unwrap();
    let reaped = story.watch_for(HOUR, true);
    assert_eq!(reaped, ["t1"]);
    let silence = story.world.payload()["age_s"].as_f64().unwrap();
    assert!((900.0..901.1).contains(&silence), "{silence}");
}

#[test]
fn sign_that_is_none_needs_a_second_look_after_a_break() {
    let world = World::new().running("t1").run("r1").started("2h ago");
    let mut story = Story::of(world);
    story.look();
    // It was reaped, as there was no break; another of its kind comes after one.
    story.world = World::new()
        .running("t1")
        .set("started_at", moment("2h ago"))
        .set("updated_at", moment("2h ago"));
    story.gap(200.0);
    assert!(!is_taken_at_once(&mut story));
}

#[test]
fn what_does_not_rest_on_silence_waits_for_nothing() {
    let world = World::new().running("t1").run("r1").status("failed");
    let mut story = Story::of(World::new());
    story.look();
    story.gap(3_600.0);
    story.watch.failed(story.at);
    story.world = world;
    assert_eq!(story.look().reaps.len(), 1);
}

#[test]
fn time_of_the_machine_asleep_does_not_confirm_a_silence() {
    let mut story = begun("10s ago");
    story.gap(2_000.0);
    assert!(!is_taken_at_once(&mut story));
    // Awake for ten seconds, and asleep again for less than what is a break.
    story.watch_for(10, false);
    story.gap(100.0);
    assert!(!is_taken_at_once(&mut story), "its worker had ten seconds");
    assert_eq!(story.watch_for(2 * MINUTE, false), ["t1"]);
}
