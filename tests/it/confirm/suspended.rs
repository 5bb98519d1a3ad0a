//! Nobody could beat while the machine was suspended.

use std::time::Duration;

use super::{A_MINUTE_LATER, MINUTE, queue, seconds_waited, with_change};
use crate::world::{World, reasons};

/// How often a sweep waits for a run that was silent for so long, after the machine was suspended for so many minutes.
fn waits_for(beat: &str, suspended_min: u64) -> usize {
    let (folder, world) = queue();
    let world = world
        .running("t1")
        .run("r1")
        .heartbeat(beat)
        .options(|options| options.suspended(Duration::from_secs(suspended_min * 60)));
    let (waits, mut world) = with_change(&folder, world, "SELECT 1", A_MINUTE_LATER);
    let report = world.sweep();
    assert_eq!(
        reasons(&report),
        ["t1: stale_heartbeat"],
        "{beat}, {suspended_min}"
    );
    let waits = waits.lock().unwrap();
    assert!(waits.iter().all(|time| *time == MINUTE), "{waits:?}");
    assert_eq!(seconds_waited(&report), 60 * u64::try_from(waits.len()).unwrap());
    waits.len()
}

#[test]
fn silence_that_the_suspend_explains_is_looked_at_twice_unasked() {
    assert_eq!(waits_for("16m ago", 0), 0);
    assert_eq!(waits_for("16m ago", 1), 1, "15 minutes are no silence");
    assert_eq!(waits_for("900.001s ago", 1), 1);
    assert_eq!(waits_for("2h ago", 1), 0, "silent for long before");
    assert_eq!(waits_for("2h ago", 104), 0);
    assert_eq!(waits_for("2h ago", 105), 1);
    assert_eq!(waits_for("2h ago", 600), 1);
}

#[test]
fn worker_that_woke_up_with_the_machine_keeps_its_task() {
    let (folder, world) = queue();
    let world = world
        .running("t1")
        .run("r1")
        .heartbeat("2h ago")
        .options(|options| options.suspended(Duration::from_secs(7_200)));
    let beat = "UPDATE task_runs SET last_heartbeat = '2026-04-11T03:18:30.000Z'";
    let (_, mut world) = with_change(&folder, world, beat, A_MINUTE_LATER);
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.healthy), (0, 1));
}

#[test]
fn time_that_is_asked_for_is_waited() {
    let (folder, world) = queue();
    let world = world.running("t1").options(|options| {
        options
            .suspended(Duration::from_secs(7_200))
            .confirm(Duration::from_secs(5))
    });
    let (waits, mut world) = with_change(&folder, world, "SELECT 1", A_MINUTE_LATER);
    assert_eq!(world.sweep().reaps.len(), 1);
    assert_eq!(*waits.lock().unwrap(), [Duration::from_secs(5)]);
}

#[test]
fn what_is_proven_does_not_wait() {
    let (folder, world) = queue();
    let world = world
        .running("t1")
        .run("r1")
        .status("failed")
        .options(|options| options.suspended(Duration::from_secs(7_200)));
    let (waits, mut world) = with_change(&folder, world, "SELECT 1", A_MINUTE_LATER);
    assert_eq!(reasons(&world.sweep()), ["t1: run_failed"]);
    assert!(waits.lock().unwrap().is_empty());
}

#[test]
fn dry_run_says_so_and_does_not_wait() {
    let (folder, world) = queue();
    let world: World = world
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .options(|options| options.suspended(Duration::from_secs(600)));
    let (waits, mut world) = with_change(&folder, world, "SELECT 1", A_MINUTE_LATER);
    let report = world.dry_run();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
    let said = report
        .warnings
        .iter()
        .any(|warning| warning.contains("suspended"));
    assert!(said, "{report:?}");
    assert!(waits.lock().unwrap().is_empty());
}
