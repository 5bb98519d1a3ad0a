//! Times that do not say in which zone they are.

use crate::world::{World, reasons};

/// Silent tasks, all of whose times are written without a zone, and one run that was heard of at this.
fn heard_of_at(beat: &str) -> World {
    World::new()
        .running("t1")
        .run("r1")
        .set("started_at", "2026-04-10 12:05:00")
        .set("last_heartbeat", beat)
}

fn off(report: &zombie_sweeper::SweepReport) -> Option<&str> {
    let warnings = &mut report.warnings.iter();
    let found = warnings.find(|warning| warning.contains("time_zone"))?;
    let (_, off) = found.split_once("lie ")?;
    Some(off.split(" now,").next().unwrap_or_default())
}

#[test]
fn newest_that_lies_whole_quarter_hours_off_is_warned_of() {
    for (beat, said) in [
        ("2026-04-10 22:17:30", Some("5 h 0 min behind")),
        ("2026-04-10 21:47:59", Some("5 h 30 min behind")),
        ("2026-04-11 05:17:30", Some("2 h 0 min ahead of")),
        ("2026-04-11 09:03:00", Some("5 h 45 min ahead of")),
        // Not a whole number of them, or none.
        ("2026-04-10 22:10:00", None),
        ("2026-04-11 03:17:30", None),
        // They say in which zone they are.
        ("2026-04-10T22:17:30Z", None),
        ("2026-04-10 22:17:30 UTC", None),
        ("1775859450", None),
    ] {
        let report = heard_of_at(beat).dry_run();
        assert_eq!(off(&report), said, "{beat}: {report:?}");
    }
}

#[test]
fn newest_of_the_whole_queue_counts() {
    let report = heard_of_at("2026-04-10 22:17:30")
        .running("t2")
        .run("r2")
        .set("last_heartbeat", "2026-04-11 03:17:50")
        .dry_run();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
    assert_eq!(off(&report), None, "{report:?}");
}

#[test]
fn heartbeat_in_another_zone_than_the_times_of_the_database_itself_is_warned_of() {
    let report = heard_of_at("2026-04-10 22:17:30")
        .running("t2")
        .run("r2")
        .set("started_at", "2026-04-11 03:17:50")
        .dry_run();
    assert_eq!(off(&report), Some("5 h 0 min behind"), "{report:?}");
    let named = |warning: &String| warning.contains("in task_runs.last_heartbeat");
    assert!(report.warnings.iter().any(named), "{report:?}");
}

#[test]
fn profile_says_whose_time_it_is() {
    for (zone, beat) in [
        ("+02:00", "2026-04-11 05:17:30"),
        ("-05:30", "2026-04-10 21:47:30"),
        ("UTC", "2026-04-11 03:17:30"),
    ] {
        let profile = format!("database.time_zone = '{zone}'");
        let report = heard_of_at(beat).profile(&profile).sweep();
        assert_eq!((report.healthy, off(&report)), (1, None), "{zone}: {report:?}");
    }
    // What says its own zone is not touched by that.
    let report = heard_of_at("2026-04-11T03:17:30Z")
        .profile("database.time_zone = '+02:00'")
        .sweep();
    assert_eq!(report.healthy, 1);
}

#[test]
fn what_is_written_is_in_that_zone_too() {
    let mut world = World::new()
        .running("t1")
        .set("updated_at", "2026-04-11 03:00:00")
        .run("r1")
        .set("started_at", "2026-04-11 03:00:00")
        .profile("database.time_zone = '+02:00'");
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);
    assert_eq!(world.value("tasks.updated_at", "t1"), "2026-04-11 05:18:00");
    assert_eq!(world.value("task_runs.completed_at", "r1"), "2026-04-11 05:18:00");
}
