//! More zombies than one transaction takes.

use std::num::NonZeroUsize;

use zombie_sweeper::SweepError;

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

#[test]
fn each_batch_is_a_transaction() {
    for (count, batch_size, transactions) in [(5, 2, 3), (4, 2, 2), (3, 1, 3), (3, 3, 1), (3, 4, 1)] {
        let mut world = zombies(count, batch_size);
        let report = world.sweep();
        assert_eq!((report.reaps.len(), report.transactions), (count, transactions));
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
    let mut world = zombies(5, 2).sql(
        "CREATE TRIGGER no BEFORE UPDATE ON tasks WHEN NEW.id = 't4' BEGIN SELECT RAISE(ABORT, 'not this one'); END",
    );
    let error = world.try_sweep().unwrap_err();
    assert!(
        matches!(error.cause(), SweepError::Reap { task_id, .. } if task_id == "t4"),
        "{error:?}"
    );
    let SweepError::Partial { report, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(reasons(&report), ["t1: stale_heartbeat", "t2: stale_heartbeat"]);
    assert_eq!((report.transactions, report.runs_abandoned), (1, 2));
    let said = report.error.clone().unwrap();
    assert!(said.contains("t4") && said.contains("not this one"), "{said}");
    assert_eq!(
        world.query("SELECT group_concat(id, ' ' ORDER BY id) FROM tasks WHERE status = 'open'"),
        "t1 t2"
    );
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 2);
    assert!(world.conn.is_autocommit());
}

#[test]
fn batch_that_fails_first_is_a_plain_error() {
    let said = zombies(5, 2)
        .sql("CREATE TRIGGER no BEFORE UPDATE ON tasks WHEN NEW.id = 't2' BEGIN SELECT RAISE(ABORT, 'no'); END")
        .refused();
    assert!(said.contains("t2"), "{said}");
}
