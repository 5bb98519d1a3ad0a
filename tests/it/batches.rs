//! More zombies than one transaction takes.

use std::num::NonZeroUsize;

use zombie_sweeper::SweepError;
use zombie_sweeper::store::StoreError;

use crate::world::{World, reasons};

fn zombies(count: usize, batch_size: usize) -> World {
    let batch_size = NonZeroUsize::new(batch_size).unwrap();
    (1..=count)
        .fold(World::new(), |world, n| {
            world
                .running(format!("t{n}"))
                .run(format!("r{n}"))
                .heartbeat("16m ago")
        })
        .options(|options| options.batch_size(batch_size))
}

/// The event of this task says in twice as many bytes what the task held, and the database may not grow by so much.
fn with_no_room_for(task: &str, world: World) -> World {
    let world = world.sql(&format!(
        "UPDATE tasks SET assigned_worker = replace(printf('%.*c', 1000000, 'x'), 'x', char(34)) WHERE id = '{task}'; VACUUM"
    ));
    let pages: i64 = world
        .conn
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    world.sql(&format!("PRAGMA max_page_count = {}", pages + 50))
}

#[test]
fn each_batch_is_a_transaction() {
    for (count, batch_size, transactions) in [(5, 2, 3), (4, 2, 2), (3, 1, 3), (3, 3, 1), (3, 4, 1)] {
        let mut world = zombies(count, batch_size);
        let report = world.sweep();
        assert_eq!(report.reaps.len(), count);
        assert!(report.transactions >= transactions, "{report:?}");
        assert_eq!(
            world.query("SELECT count(*) FROM tasks WHERE status = 'running'"),
            0
        );
        assert_eq!(
            world.query("SELECT count(*) FROM task_events"),
            i64::try_from(count).unwrap()
        );
    }
}

#[test]
fn every_task_is_looked_at_once_whatever_lies_between() {
    let mut world = World::new().options(|options| options.batch_size(NonZeroUsize::MIN));
    for n in 0..4 {
        world = world
            .running(format!("healthy{n}"))
            .run(format!("h{n}"))
            .heartbeat("1m ago")
            .running(format!("undecided{n}"))
            .run(format!("u{n}"))
            .set("started_at", "soon")
            .running(format!("zombie{n}"));
    }
    let report = world.sweep();
    assert_eq!(
        (report.scanned, report.healthy, report.undecided.len()),
        (12, 4, 4)
    );
    assert_eq!((report.reaps.len(), report.transactions), (4, 4));
    assert!(report.warnings[0].contains("4 not readable"), "{report:?}");
}

#[test]
fn batches_follow_the_keys_of_any_table() {
    for option in ["WITHOUT ROWID", "STRICT"] {
        let mut world = zombies(5, 2).option("tasks", option);
        assert_eq!((world.sweep().reaps.len(), option), (5, option));
    }
}

#[test]
fn dry_run_counts_them_all() {
    let mut world = zombies(5, 2);
    let report = world.dry_run();
    assert_eq!((report.reaps.len(), report.transactions), (5, 0));
}

#[test]
fn batch_that_fails_keeps_what_was_committed_before_and_says_so() {
    let mut world = with_no_room_for("t4", zombies(5, 2));
    let error = world.try_sweep().unwrap_err();
    assert!(
        matches!(error.cause(), SweepError::Store(StoreError::Reap { task_id, .. }) if task_id == "t4"),
        "{error:?}"
    );
    let SweepError::Partial { report, .. } = error else {
        panic!("{error:?}");
    };
    // On a slow machine the third is a batch of its own.
    let reaped = reasons(&report);
    assert!(reaped.starts_with(&["t1: stale_heartbeat".into(), "t2: stale_heartbeat".into()]));
    assert!(reaped.len() < 4, "{reaped:?}");
    assert!(report.transactions >= 1, "{report:?}");
    assert_eq!(report.runs_abandoned, reaped.len());
    let said = report.error.clone().unwrap();
    assert!(said.contains("t4") && said.contains("full"), "{said}");
    let count = i64::try_from(reaped.len()).unwrap();
    for reset in [
        "SELECT count(*) FROM tasks WHERE status = 'open' AND id < 't4'",
        "SELECT count(*) FROM tasks WHERE status = 'open'",
        "SELECT count(*) FROM task_events",
    ] {
        assert_eq!(world.query(reset), count);
    }
    assert!(world.conn.is_autocommit());
}

#[test]
fn batch_that_fails_first_is_a_plain_error() {
    let said = with_no_room_for("t1", zombies(5, 2)).refused();
    assert!(said.contains("t1") && said.contains("full"), "{said}");
}
