//! The row of the table that fits, and why those above it do not.

use zombie_sweeper::inspect::Fits;
use zombie_sweeper::zombie::Row;

use crate::world::World;

/// The row that fits, and why each of those above it does not.
fn told(world: &World) -> (Row, Vec<(Row, String)>) {
    let task = world.explain("t1");
    let fit = task.rows.iter().position(|row| row.fits == Fits::Yes).unwrap();
    assert_eq!(task.row, Some(task.rows[fit].row));
    assert!(task.rows.iter().map(|row| row.row).eq(Row::ALL));
    for (place, row) in task.rows.iter().enumerate() {
        assert_eq!(row.fits == Fits::No, place < fit);
        assert_eq!(
            row.why.as_ref().is_some_and(|why| !why.is_empty()),
            place <= fit,
            "{row:?}"
        );
    }
    let above = task.rows[..fit]
        .iter()
        .map(|row| (row.row, row.why.clone().unwrap()));
    (task.rows[fit].row, above.collect())
}

#[track_caller]
fn fits(world: &World, row: Row) -> Vec<(Row, String)> {
    let (fit, above) = told(world);
    assert_eq!(fit, row, "{above:?}");
    above
}

#[track_caller]
fn says(above: &[(Row, String)], row: Row, words: &str) {
    let (_, why) = above.iter().find(|(above, _)| *above == row).unwrap();
    assert!(why.contains(words), "{why}");
}

#[test]
fn live() {
    fits(
        &World::new().running("t1").run("r1").heartbeat("1m ago"),
        Row::Live,
    );
    fits(&World::new().running("t1").lease("in 1m").run("r1"), Row::Live);
    fits(&World::new().running("t1").started("1m ago"), Row::Live);
}

#[test]
fn undecided() {
    let above = fits(
        &World::new().running("t1").run("r1").set("last_heartbeat", "soon"),
        Row::Undecided,
    );
    says(&above, Row::Live, "not understood as a time");
}

#[test]
fn finished() {
    let above = fits(
        &World::new()
            .running("t1")
            .run("r1")
            .status("failed")
            .ended("1m ago"),
        Row::Finished,
    );
    says(&above, Row::Live, "run r1 is failed, and ended 1 min ago");
    let evidence = World::new()
        .running("t1")
        .updated("2h ago")
        .run("r1")
        .status("succeeded")
        .ended("1h ago");
    let above = fits(&evidence, Row::FinishedByEvidence);
    says(&above, Row::Finished, "succeeded, is no finished word");
}

#[test]
fn no_run() {
    let above = fits(&World::new().running("t1"), Row::NoActiveRun);
    says(&above, Row::Live, "the newest sign of life is 2 h old");
    let above = fits(&World::new().running("t1").names_run("r9"), Row::MissingRun);
    says(&above, Row::NoActiveRun, "names run r9");
}

#[test]
fn silent() {
    let above = fits(
        &World::new().running("t1").lease("1m ago").run("r1"),
        Row::LeaseExpired,
    );
    says(&above, Row::Live, "the lease has been over for 1 min");
    let beating = World::new()
        .running("t1")
        .lease("in 1h")
        .run("r1")
        .heartbeat("16m ago");
    let above = fits(&beating, Row::StaleHeartbeat);
    says(&above, Row::Live, "task_runs.last_heartbeat 2026-04-11T03:02:00Z");
    says(
        &above,
        Row::LeaseExpired,
        "a heartbeat was written since the start",
    );
}

#[test]
fn nothing_can_be_told() {
    let world = World::new()
        .redeclare("task_runs", "started_at TEXT NOT NULL", "started_at TEXT")
        .running("t1")
        .set("updated_at", "")
        .set("started_at", "")
        .run("r1")
        .set("started_at", "");
    let above = fits(&world, Row::Untold);
    says(&above, Row::StaleHeartbeat, "no sign of life");
}
