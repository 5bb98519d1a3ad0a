//! What is too old goes; what was counted stays.

use std::time::Duration;

use zombie_sweeper::ledger::{Outcome, ReapFilter};
use zombie_sweeper::zombie::Timestamp;

use super::{Book, after, scope};
use crate::world::{World, zombies};

const HOUR: i64 = 60;

fn rows(book: &Book, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    book.connect().query_row(&sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn sweeps_go_with_all_that_hangs_on_them() {
    let book = Book {
        keep: Duration::from_secs(3_600),
        ..Book::new()
    };
    let world = zombies(2).running("t9").run("r9").heartbeat("1m ago");
    let (world, _) = book.sweep(0, world);
    let (world, _) = book.sweep(HOUR, world);
    assert_eq!(
        (rows(&book, "sweeps"), rows(&book, "reaps")),
        (2, 3),
        "an hour is not over"
    );
    book.sweep(HOUR + 1, world);
    assert_eq!(
        (rows(&book, "sweeps"), rows(&book, "reaps"), rows(&book, "living")),
        (2, 1, 0)
    );
    assert_eq!(book.read().reaps(&ReapFilter::default()).unwrap().len(), 1);
}

#[test]
fn totals_never_become_less() {
    let book = Book {
        keep: Duration::from_secs(60),
        ..Book::new()
    };
    let (world, _) = book.sweep(0, zombies(2));
    book.sweep(HOUR, world);
    assert_eq!(book.read().reaps(&ReapFilter::default()).unwrap(), []);
    let totals = book.read().totals(&scope()).unwrap().unwrap();
    assert_eq!(totals.reaped.values().sum::<u64>(), 2);
    assert_eq!((totals.sweeps, totals.since), (2, after(0).into()));
}

/// A queue that is swept no more is forgotten when its time has come.
#[test]
fn undecided_of_long_ago() {
    let book = Book {
        keep: Duration::from_secs(60),
        ..Book::new()
    };
    let world = World::new()
        .running("t1")
        .set("last_heartbeat", "?")
        .run("r1")
        .set("started_at", "?");
    book.sweep(0, world);
    assert_eq!(book.read().undecided_since(&scope().database).unwrap().len(), 1);
    book.enter(HOUR, Outcome::Failed("no such database"));
    assert_eq!(book.read().undecided_since(&scope().database).unwrap(), []);
}

/// The file takes what it took before: what was taken away makes room.
#[test]
fn room_is_used_again() {
    let book = Book {
        keep: Duration::from_secs(30 * 60),
        ..Book::new()
    };
    let size = || std::fs::metadata(book.path()).unwrap().len();
    let mut world = World::new().running("t1").run("r1").heartbeat("in 1m");
    let mut sizes = Vec::new();
    for sweep in 0..60 {
        (world, _) = book.sweep(sweep, world);
        sizes.push(size());
    }
    assert_eq!(sizes[40], sizes[59], "{sizes:?}");
    assert!(rows(&book, "sweeps") < 35);
}

/// One sweep at the end of a wrong clock's century takes a few rows, not the memory of all.
#[test]
fn clock_that_was_off_once_costs_little() {
    let book = Book::new();
    for sweep in 0..150 {
        book.enter(sweep, Outcome::Failed("busy"));
    }
    book.enter(100 * 365 * 24 * HOUR, Outcome::Failed("busy"));
    assert_eq!(rows(&book, "sweeps"), 51);
    let living = book.read().living(&scope().database, Timestamp::EPOCH).unwrap();
    assert_eq!(living, []);
}

/// However many words the queue's runs end by, and in whatever order they come: what is counted once stays where it is.
#[test]
fn words_are_counted_apart_until_there_are_many() {
    let book = Book::new();
    let ended_by = |words: std::ops::Range<usize>| {
        words.fold(World::new(), |world, n| {
            let name = format!("w{:03}", 999 - n);
            world.running(&name).run(&name).status(&name).ended("1h ago")
        })
    };
    let mut before = std::collections::BTreeMap::new();
    for words in [0..20, 10..60, 50..90] {
        book.sweep(
            0,
            ended_by(words)
                .running("silent")
                .run("silent")
                .heartbeat("16m ago"),
        );
        let reaped = book.read().totals(&scope()).unwrap().unwrap().reaped;
        assert!(reaped.len() <= 28, "{reaped:?}");
        for (reason, count) in &before {
            assert!(reaped[reason] >= *count, "{reason}");
        }
        before = reaped;
    }
    assert_eq!(before["stale_heartbeat"], 3);
    assert_eq!(before["run_w999"], 1);
    assert_eq!(before.values().sum::<u64>(), 20 + 50 + 40 + 3);
}
