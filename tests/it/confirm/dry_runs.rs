//! A dry run looks twice if it is asked to: in one go, or in two where the database has to be opened anew.

use zombie_sweeper::{SweepOptions, SweepReport, sweep_zombie_tasks};

use super::{A_MINUTE_LATER, MINUTE, confirmed, queue, with_change};
use crate::world::{NOW, World, check, reasons};

fn story(world: World) -> World {
    world
        .running("ended")
        .run("r1")
        .status("failed")
        .running("silent")
        .run("r2")
        .heartbeat("16m ago")
        .running("alive")
        .run("r3")
        .heartbeat("16m ago")
}

const BEAT: &str = "UPDATE task_runs SET last_heartbeat = started_at WHERE id = 'r3'";

#[test]
fn in_one_go() {
    let (folder, world) = queue();
    let (waits, mut world) = with_change(&folder, confirmed(story(world)), BEAT, A_MINUTE_LATER);
    let report = world.dry_run();
    assert_eq!(reasons(&report), ["ended: run_failed", "silent: stale_heartbeat"]);
    assert_eq!((report.healthy, report.transactions), (1, 0));
    assert_eq!(*waits.lock().unwrap(), [MINUTE]);
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 0);
}

#[test]
fn only_if_it_is_asked() {
    let (folder, world) = queue();
    let (waits, mut world) = with_change(&folder, story(world), BEAT, A_MINUTE_LATER);
    assert_eq!(world.dry_run().reaps.len(), 3);
    assert!(waits.lock().unwrap().is_empty());
}

fn look(world: &mut World, options: &SweepOptions) -> SweepReport {
    let report = sweep_zombie_tasks(&mut world.conn, options).unwrap();
    check(&report);
    report
}

#[test]
fn in_two() {
    let mut world = story(World::new());
    let options = SweepOptions::at(NOW).dry_run(true);
    let first = look(&mut world, &options);
    assert_eq!(first.reaps.len(), 3);
    assert!(first.has_silence());
    let second = first.second_look(options, A_MINUTE_LATER);
    let unchanged = look(&mut world, &second);
    assert_eq!(reasons(&unchanged), reasons(&first));
    let mut world = world.sql(BEAT);
    let report = look(&mut world, &second);
    assert_eq!(reasons(&report), ["ended: run_failed", "silent: stale_heartbeat"]);
    assert_eq!(report.healthy, 1);
    assert_eq!(report.swept_at, "2026-04-11T03:19:00.000000Z");
}

#[test]
fn what_falls_silent_between_the_two_was_not_seen_silent_twice() {
    let mut world = World::new().running("t1").run("r1").heartbeat("15m ago");
    let options = SweepOptions::at(NOW).dry_run(true);
    let first = look(&mut world, &options);
    assert!(!first.has_silence());
    let report = look(&mut world, &first.second_look(options, A_MINUTE_LATER));
    assert_eq!((report.reaps.len(), report.healthy), (0, 1));
}

#[test]
fn what_is_proven_leaves_no_silence() {
    let mut world = World::new().running("t1").run("r1").status("failed");
    let first = look(&mut world, &SweepOptions::at(NOW).dry_run(true));
    assert_eq!(first.reaps.len(), 1);
    assert!(!first.has_silence());
}
