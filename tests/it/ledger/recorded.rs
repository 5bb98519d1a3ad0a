//! What is on record after a sweep.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use zombie_sweeper::SweepError;
use zombie_sweeper::ledger::{Outcome, ReapFilter, Scope};
use zombie_sweeper::zombie::{Condition, Id, PastReap};

use super::{Book, after, scope};
use crate::world::{World, moment, zombies};

#[test]
fn reap_says_what_it_rested_on() {
    let book = Book::new();
    book.sweep(0, World::new().running("t1").run("r1").heartbeat("16m ago"));
    let reaps = book.read().reaps(&ReapFilter::default()).unwrap();
    let heartbeat = moment("16m ago")
        .parse::<chrono::DateTime<chrono::Utc>>()
        .unwrap();
    assert_eq!(
        reaps,
        [PastReap {
            is_of_a_fleet: false,
            at: after(0).into(),
            unit_us: 1,
            task_id: "t1".into(),
            run_id: Some("r1".into()),
            run_left: None,
            reason: "stale_heartbeat".to_owned(),
            sign_of_life: Some(heartbeat.into()),
            condition: Some(Condition::C),
            threshold: Some(std::time::Duration::from_secs(900)),
            held: None,
            actor: Some("zombie-sweeper".to_owned()),
            is_parked: false,
        }]
    );
}

#[test]
fn reap_keeps_condition_threshold_age_project_and_kind() {
    let book = Book::new();
    let world = World::new()
        .running("t1")
        .recurring()
        .run("r1")
        .heartbeat("16m ago");
    book.sweep(0, world);
    let row = "SELECT concat_ws(' ', condition, threshold, age, project, kind) FROM reaps";
    let row: String = book.connect().query_row(row, [], |row| row.get(0)).unwrap();
    assert_eq!(row, "C 900000000 960000000 SciDEX recurring");
}

#[test]
fn project_without_a_name_is_told_by_its_id() {
    let book = Book::new();
    let world = World::new().sql("PRAGMA foreign_keys = OFF");
    let world = world
        .running("t1")
        .set("project_id", "p-gone")
        .run("r1")
        .heartbeat("16m ago");
    book.sweep(0, world);
    let filter = |project: &str| ReapFilter {
        project: Some(project.to_owned()),
        ..ReapFilter::default()
    };
    assert_eq!(book.read().reaps(&filter("p-gone")).unwrap().len(), 1);
    assert_eq!(book.read().reaps(&filter("SciDEX")).unwrap(), []);
}

/// A number is found by its digits, and comes back as the number that it is.
#[test]
fn task_is_found_by_the_id_that_is_shown() {
    let queue = "CREATE TABLE tasks (id INTEGER PRIMARY KEY, status TEXT, started_at TEXT)";
    let world = World::foreign(queue).sql("INSERT INTO tasks VALUES (7, 'running', '2026-04-11 01:00:00')");
    let mut world = world.profile("runs.table = ''\nevents.table = ''\nworkspaces.table = ''");
    world = world.options(|options| options.remember(true));
    let report = world.sweep();
    let book = Book::new();
    assert_eq!(book.enter(0, Outcome::Swept(&report)), [""; 0]);
    let of = |task: &str| {
        let filter = ReapFilter {
            task: Some(task.to_owned()),
            ..ReapFilter::default()
        };
        let reaps = book.read().reaps(&filter).unwrap();
        reaps.into_iter().map(|reap| reap.task_id).collect::<Vec<_>>()
    };
    assert_eq!(of("7"), [Id::Integer(7)]);
    assert_eq!(of("07"), []);
}

/// Bytes, and an id of two columns, by what is shown of them.
#[test]
fn task_is_found_by_an_id_of_another_look() {
    let tables = "CREATE TABLE tasks (id, part INTEGER, status TEXT, started_at TEXT, PRIMARY KEY (id, part));
                  INSERT INTO tasks VALUES (x'fe00', 1, 'running', '2026-04-11 01:00:00'), ('a', 2, 'running', '2026-04-11 01:00:00')";
    let none = "runs.table = ''\nevents.table = ''\nworkspaces.table = ''\n";
    let found = |profile: &str, task: &str| {
        let world = World::foreign(tables).profile(&format!("{none}{profile}"));
        let report = world.options(|options| options.remember(true)).sweep();
        let book = Book::new();
        assert_eq!(book.enter(0, Outcome::Swept(&report)), [""; 0]);
        let filter = ReapFilter {
            task: Some(task.to_owned()),
            ..ReapFilter::default()
        };
        let reaps = book.read().reaps(&filter).unwrap();
        reaps
            .iter()
            .map(|reap| reap.task_id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("", "fe00"), ["fe00"]);
    assert_eq!(found("", "a"), ["a"]);
    let several = r#"tasks.columns.id = ["id", "part"]"#;
    assert_eq!(found(several, "a/2"), ["a/2"]);
    assert_eq!(found(several, "a"), [""; 0]);
}

#[test]
fn reaps_come_newest_first_and_as_asked() {
    let book = Book::new();
    let (world, _) = book.sweep(0, zombies(2));
    let world = world.running("t3").run("r3").status("completed");
    book.sweep(60, world);
    let ledger = book.read();
    let asked = |filter: &ReapFilter| {
        let reaps = ledger.reaps(filter).unwrap();
        let reaps = reaps.iter().map(|reap| reap.task_id.to_string());
        reaps.collect::<Vec<_>>()
    };
    assert_eq!(asked(&ReapFilter::default()), ["t3", "t2", "t1"]);
    let one = ReapFilter {
        limit: Some(1),
        ..ReapFilter::default()
    };
    assert_eq!(asked(&one), ["t3"]);
    let late = ReapFilter {
        since: Some(after(30).into()),
        ..ReapFilter::default()
    };
    assert_eq!(asked(&late), ["t3"]);
    let silent = ReapFilter {
        reason: Some("stale_heartbeat".to_owned()),
        ..ReapFilter::default()
    };
    assert_eq!(asked(&silent), ["t2", "t1"]);
}

#[test]
fn last_sweep_says_what_it_found() {
    let book = Book::new();
    let world = zombies(2).running("t9").run("r9").heartbeat("1m ago");
    book.sweep(0, world);
    let sweep = book.read().last_sweep(&scope()).unwrap().unwrap();
    assert_eq!((sweep.scanned, sweep.healthy, sweep.reaped), (3, 1, 2));
    assert_eq!((sweep.transactions, sweep.at), (1, after(0).into()));
    assert_eq!(sweep.profile.as_deref(), Some("orchestra"));
    assert_eq!(sweep.clocks.boot_id.as_deref(), Some("b00t"));
    assert_eq!(sweep.clocks.awake, Some(Duration::from_secs(3_600)));
    assert!(sweep.is_success());
}

#[test]
fn failure_leaves_the_last_success_as_it_was() {
    let book = Book::new();
    book.sweep(0, zombies(1));
    assert_eq!(book.enter(15, Outcome::Failed("the database is busy")), [""; 0]);
    let ledger = book.read();
    let last = ledger.last_sweep(&scope()).unwrap().unwrap();
    assert_eq!(last.error.as_deref(), Some("the database is busy"));
    assert_eq!(last.at, after(15).into());
    let success = ledger.last_success(&scope()).unwrap().unwrap();
    assert_eq!(success.at, after(0).into());
    let totals = ledger.totals(&scope()).unwrap().unwrap();
    assert_eq!((totals.sweeps, totals.failures), (2, 1));
}

/// Nobody is told that all is well while the zombies stay.
#[test]
fn sweep_that_holds_back_is_no_success() {
    let book = Book::new();
    book.sweep(0, World::new());
    let held = |minutes: i64| {
        let mut world = zombies(3).options(|options| options.at_most(2));
        assert_eq!(book.enter(minutes, Outcome::Swept(&world.sweep())), [""; 0]);
    };
    assert_eq!(book.read().held_back(&scope()).unwrap(), None);
    held(15);
    book.enter(20, Outcome::Failed("the database is busy"));
    held(30);
    let ledger = book.read();
    let last = ledger.last_sweep(&scope()).unwrap().unwrap();
    assert_eq!((last.held_back, last.is_success()), (3, false));
    let success = ledger.last_success(&scope()).unwrap().unwrap();
    assert_eq!(success.at, after(0).into());
    let totals = ledger.totals(&scope()).unwrap().unwrap();
    assert_eq!((totals.sweeps, totals.failures), (4, 3));
    let held = ledger.held_back(&scope()).unwrap().unwrap();
    assert_eq!(
        (held.count, held.since, held.last),
        (3, after(15).into(), after(30).into())
    );
    drop(ledger);
    book.sweep(45, zombies(1));
    assert_eq!(book.read().held_back(&scope()).unwrap(), None);
}

/// The transactions before the one that failed are history.
#[test]
fn sweep_that_stopped_early_is_kept_as_far_as_it_went() {
    // What the second task held does not fit into its event: the database may not grow by so much.
    let large = "UPDATE tasks SET assigned_worker = replace(printf('%.*c', 1000000, 'x'), 'x', char(34)) WHERE id = 't2'";
    let world = zombies(3).sql(large).sql("VACUUM");
    let pages = "SELECT page_count + 50 FROM pragma_page_count";
    let pages: i64 = world.conn.query_row(pages, [], |row| row.get(0)).unwrap();
    let world = world.sql(&format!("PRAGMA max_page_count = {pages}"));
    let mut world = world.options(|options| options.remember(true).batch_size(NonZeroUsize::MIN));
    let Err(SweepError::Partial { report, .. }) = world.try_sweep() else {
        panic!("the sweep stops early");
    };
    let book = Book::new();
    assert_eq!(book.enter(0, Outcome::Swept(&report)), [""; 0]);
    let sweep = book.read().last_sweep(&scope()).unwrap().unwrap();
    assert_eq!((sweep.reaped, sweep.error), (1, report.error.clone()));
    assert_eq!(book.read().last_success(&scope()).unwrap(), None);
    assert_eq!(book.read().reaps(&ReapFilter::default()).unwrap().len(), 1);
}

#[test]
fn totals_count_reaps_by_reason() {
    let book = Book::new();
    let (world, _) = book.sweep(0, zombies(2));
    let world = world.running("t3").run("r3").status("failed");
    book.sweep(15, world);
    let totals = book.read().totals(&scope()).unwrap().unwrap();
    let reaped = [("run_failed", 1), ("stale_heartbeat", 2)];
    let reaped: BTreeMap<_, _> = reaped.map(|(reason, count)| (reason.to_owned(), count)).into();
    assert_eq!(totals.reaped, reaped);
    assert_eq!((totals.sweeps, totals.failures, totals.transactions), (2, 0, 2));
    assert_eq!((totals.runs_abandoned, totals.workspaces_freed), (2, 2));
    assert_eq!(totals.since, after(0).into());
}

/// A sweep of all projects covers each of them; a sweep of one says nothing of the others.
#[test]
fn scopes_are_kept_apart() {
    let book = Book::new();
    book.sweep(0, World::new());
    let ledger = book.read();
    let project = Scope {
        project: Some("SciDEX".to_owned()),
        ..scope()
    };
    let elsewhere = Scope {
        database: "/srv/other.db".to_owned(),
        ..scope()
    };
    assert_eq!(ledger.scopes().unwrap(), [scope()]);
    assert!(ledger.last_success(&project).unwrap().is_some());
    assert_eq!(ledger.last_success(&elsewhere).unwrap(), None);
    assert_eq!(ledger.totals(&project).unwrap(), None);
}

#[test]
fn nothing_is_collected_unasked() {
    assert!(zombies(1).sweep().remembered().is_none());
}

#[test]
fn dry_run_has_no_reaps_to_remember() {
    let mut world = zombies(1).options(|options| options.remember(true));
    let report = world.dry_run();
    assert_eq!(report.reaps.len(), 1);
    assert_eq!(report.remembered().unwrap().reaps, []);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;

    let scope = |name: &[u8]| Scope::new(Path::new(OsStr::from_bytes(name)), None).database;
    assert_ne!(scope(b"/srv/q\xff.db"), scope(b"/srv/q\xfe.db"));
}
