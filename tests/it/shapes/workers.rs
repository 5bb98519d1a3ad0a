//! Workers with rows of their own: what one shows counts for all that it holds.

use std::time::Duration;

use super::kinds::WORKERS;
use crate::world::{NULL, World, moment, reasons};

const TABLES: &str =
    "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, worker TEXT, started_at TEXT);
    CREATE TABLE workers (name TEXT PRIMARY KEY, beat_at TEXT, state TEXT, started_at TEXT);";

fn at(when: &str) -> String {
    if when.is_empty() {
        "NULL".to_owned()
    } else {
        format!("'{}'", moment(when))
    }
}

/// Job `j1`, held by `w1`, begun then.
fn job(begun: &str) -> World {
    World::foreign(TABLES)
        .sql(&format!(
            "INSERT INTO jobs VALUES ('j1', 'working', 'w1', {})",
            at(begun)
        ))
        .profile(&WORKERS.replace("started = []", "started = 'started_at'"))
        .options(|options| options.waiting(|_| Some(crate::world::NOW)))
}

fn worker(world: World, name: &str, beat: &str, state: &str, began: &str) -> World {
    world.sql(&format!(
        "INSERT INTO workers VALUES ('{name}', {}, '{state}', {})",
        at(beat),
        at(began)
    ))
}

#[test]
fn it_speaks_for_each_of_them() {
    let world = worker(job("2h ago"), "w1", "1m ago", "up", "3h ago");
    let mut world = worker(world, "w2", "16m ago", "up", "3h ago")
        .sql("INSERT INTO jobs VALUES ('j2', 'working', 'w1', NULL), ('j3', 'working', 'w2', NULL)");
    let report = world.sweep();
    assert_eq!(
        (report.healthy, reasons(&report)),
        (2, vec!["j3: stale_heartbeat".to_owned()])
    );
}

#[test]
fn another_life_under_the_same_name_says_nothing() {
    let reborn = |began: &str| worker(job("2h ago"), "w1", "1m ago", "up", began).sweep();
    assert_eq!(reasons(&reborn("1h ago")), ["j1: stale_heartbeat"]);
    assert_eq!(reborn("3h ago").healthy, 1);
    assert_eq!(reborn("2h ago").healthy, 1, "the same moment");
    assert_eq!(reborn("").healthy, 1, "nothing says that it is another");
}

#[test]
fn one_that_is_gone_says_nothing_but_the_start_does() {
    assert_eq!(job("1m ago").sweep().healthy, 1);
    assert_eq!(reasons(&job("16m ago").sweep()), ["j1: stale_heartbeat"]);
    let down = |begun: &str| worker(job(begun), "w1", "1m ago", "down", "3h ago").sweep();
    assert_eq!(down("1m ago").healthy, 1);
    assert_eq!(reasons(&down("16m ago")), ["j1: stale_heartbeat"]);
}

#[test]
fn where_there_is_no_other_sign_its_being_gone_is_one_after_a_second_look() {
    for world in [job(""), worker(job(""), "w1", "1m ago", "down", "")] {
        let mut world = world;
        let report = world.sweep();
        assert_eq!(reasons(&report), ["j1: worker_gone"]);
        assert!((report.confirm_s - 60.0).abs() < 1e-9, "{report:?}");
        assert_eq!(world.value("jobs.worker", "j1"), NULL);
    }
    let mut world = job("").options(|options| options.confirm(Duration::from_secs(5)));
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 1);
    assert!((report.confirm_s - 5.0).abs() < 1e-9, "{report:?}");
    // A dry run waits only if it is asked to, and says so.
    let report = job("").dry_run();
    assert_eq!(reasons(&report), ["j1: worker_gone"]);
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("looks at them twice: 1")),
        "{report:?}"
    );
}

#[test]
fn one_that_comes_back_between_the_looks_keeps_its_task() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("q.db");
    let mut world = World::of(rusqlite::Connection::open(&path).unwrap())
        .sql(TABLES)
        .sql("INSERT INTO jobs VALUES ('j1', 'working', 'w1', NULL)")
        .profile(WORKERS)
        .options(move |options| {
            options.waiting(move |_| {
                let row = format!("INSERT INTO workers VALUES ('w1', {}, 'up', NULL)", at("now"));
                let other = rusqlite::Connection::open(&path).unwrap();
                other.execute_batch(&row).unwrap();
                Some(crate::world::NOW)
            })
        });
    let report = world.sweep();
    assert_eq!((report.healthy, report.reaps.len()), (1, 0), "{report:?}");
}

#[test]
fn a_task_that_names_no_worker_is_not_one_whose_worker_is_gone() {
    for none in ["NULL", "''", "' '", "'0'"] {
        let mut world = job("").sql(&format!("UPDATE jobs SET worker = {none}"));
        assert_eq!(world.sweep().undecided.len(), 1, "{none}");
    }
}

#[test]
fn a_beat_that_cannot_be_read_is_undecided() {
    let mut world = job("2h ago").sql("INSERT INTO workers VALUES ('w1', 'soon', 'up', NULL)");
    let report = world.sweep();
    assert!(
        report.undecided[0].why.contains("workers.beat_at is \"soon\""),
        "{report:?}"
    );
}

#[test]
fn a_table_of_workers_that_nobody_names_is_an_error() {
    let said = job("")
        .profile(&WORKERS.replace("worker = 'worker'", "worker = []"))
        .refused();
    assert!(
        said.contains("workers: neither a task nor a run names one"),
        "{said}"
    );
}

/// Has something done each time a sweep has judged a task: between its look and the lock.
struct AfterEachLook<F>(F);

impl<F: Fn() + 'static> tracing::Subscriber for AfterEachLook<F>
where
    F: Send + Sync,
{
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("zombie_sweeper") && *metadata.level() == tracing::Level::DEBUG
    }

    fn event(&self, _: &tracing::Event<'_>) {
        (self.0)();
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn what_another_life_does_between_look_and_lock_keeps_nothing_from_being_reaped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("q.db");
    let profile = WORKERS.replace("started = []", "started = 'started_at'");
    let world = World::of(rusqlite::Connection::open(&path).unwrap())
        .sql(TABLES)
        .sql(&format!(
            "INSERT INTO jobs VALUES ('j1', 'working', 'w1', {})",
            at("2h ago")
        ))
        .profile(&profile)
        .options(|options| {
            options
                .confirm(Duration::from_secs(60))
                .waiting(|_| Some(crate::world::NOW))
        });
    let mut world = worker(world, "w1", "1m ago", "up", "1h ago");
    let looks = std::sync::atomic::AtomicUsize::new(0);
    let other = rusqlite::Connection::open(&path).unwrap();
    let other = std::sync::Mutex::new(other);
    let beats = AfterEachLook(move || {
        // At the first look and at the second; once it is read anew, nothing comes between.
        if looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2 {
            let beat = "UPDATE workers SET beat_at = beat_at || ' '";
            other.lock().unwrap().execute_batch(beat).unwrap();
        }
    });
    let report = tracing::subscriber::with_default(beats, || world.sweep());
    assert_eq!(reasons(&report), ["j1: stale_heartbeat"], "{report:?}");
}

#[test]
fn a_worker_may_be_number_0() {
    for (declared, name) in [
        ("INTEGER", "0"),
        ("TEXT", "'0'"),
        ("TEXT", "'00'"),
        ("", "0"),
        ("TEXT", "' '"),
    ] {
        let mut world = World::foreign(&TABLES.replace("name TEXT", &format!("name {declared}")))
            .sql(&format!(
                "INSERT INTO jobs VALUES ('j1', 'working', {name}, {0}); INSERT INTO workers VALUES ({name}, {1}, 'up', NULL)",
                at("2h ago"),
                at("1m ago")
            ))
            .profile(&WORKERS.replace("started = []", "started = 'started_at'"));
        assert_eq!(world.sweep().healthy, 1, "{declared} {name}");
    }
}

#[test]
fn a_worker_that_is_there_in_other_letters_is_not_gone() {
    let mut world = worker(job("2h ago"), "W1", "1m ago", "up", "3h ago");
    assert_eq!(world.sweep().healthy, 1);
    // But who is there as it is written is meant, and no other.
    let mut world = worker(world, "w1", "16m ago", "up", "3h ago");
    assert_eq!(reasons(&world.sweep()), ["j1: stale_heartbeat"]);
}

#[test]
fn a_word_for_gone_wants_a_column_that_says_it() {
    let said = job("")
        .sql("ALTER TABLE workers DROP COLUMN state")
        .profile(&WORKERS.replace("status = 'state'\n[workers.words]", "[workers.words]"))
        .refused();
    assert!(
        said.contains("workers.status: expected status or state"),
        "{said}"
    );
}

#[test]
fn lease_of_an_earlier_life_says_nothing() {
    let held = |lease: &str, began: &str| {
        World::foreign(
            "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, worker TEXT, updated_at TEXT);
             CREATE TABLE workers (name TEXT PRIMARY KEY, until TEXT, state TEXT, started_at TEXT);",
        )
        .sql(&format!(
            "INSERT INTO jobs VALUES ('j1', 'working', 'w1', {}); INSERT INTO workers VALUES ('w1', {}, 'up', {})",
            at("2s ago"),
            at(lease),
            at(began)
        ))
        .profile(&WORKERS.replace("heartbeat = 'beat_at'", "heartbeat = []\nlease = 'until'"))
        .sweep()
    };
    assert_eq!(held("1h ago", "10m ago").healthy, 1);
    assert_eq!(reasons(&held("1m ago", "10m ago")), ["j1: lease_expired"]);
}
