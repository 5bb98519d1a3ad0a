//! Builds a queue out of bytes, and sweeps it: dry, for real, and again. In between, another connection may write.
//!
//! Whatever the schema, the rows and the triggers: a dry run writes nothing and foretells the sweep; a sweep that
//! fails has written nothing; a sweep that succeeds has reaped each zombie once, recorded it once, cleared what it
//! held, and changed nobody else's rows; and after it there is nothing left to reap.

#![no_main]

use zombie_sweeper::store::StoreError;
use std::sync::{Arc, Mutex};

use libfuzzer_sys::{Corpus, fuzz_target};
use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use zombie_sweeper::zombie::Id;
use zombie_sweeper::{SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};
use zombie_sweeper_fuzz::queue::{Holds, Queue, Table};
use zombie_sweeper_fuzz::{check_aftermath, check_reap, image, opened, rows_of, same};

fuzz_target!(|data: &[u8]| -> Corpus {
    match Queue::build(data) {
        Some(queue) => {
            if shows() {
                queue.show();
            }
            check(queue);
            Corpus::Keep
        }
        None => Corpus::Reject,
    }
});

/// Whether to tell what an input means.
fn shows() -> bool {
    std::env::var_os("SHOW").is_some()
}

/// A sweep rests between two batches. Nobody waits here.
#[unsafe(no_mangle)]
pub extern "C" fn nanosleep(_: *const std::ffi::c_void, _: *mut std::ffi::c_void) -> std::ffi::c_int {
    0
}

/// The same, as the standard library may call it.
#[unsafe(no_mangle)]
pub extern "C" fn clock_nanosleep(
    _: std::ffi::c_int,
    _: std::ffi::c_int,
    _: *const std::ffi::c_void,
    _: *mut std::ffi::c_void,
) -> std::ffi::c_int {
    0
}

type Swept = Result<SweepReport, SweepError>;

fn check(mut queue: Queue) {
    let options = queue.options.clone();
    let untouched = image_now();
    let foretold = dry_run(&mut queue.conn, &options);
    assert!(untouched == image_now(), "a dry run wrote");
    check_pages(&mut queue.conn, &options, &foretold);

    let raced = race(&mut queue);
    let swept = sweep(&mut queue.conn, &options);
    queue
        .conn
        .trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>)
        .unwrap();
    let raced = raced.lock().unwrap().take();
    let (untouched, second_look) = match raced {
        Some((image, foretold)) => (image, Some(foretold)),
        None => (untouched, None),
    };
    let before = opened(&untouched);
    if shows() {
        eprintln!("swept: {swept:?}; the rival's view: {second_look:?}");
    }
    let redeclared = queue
        .rival
        .iter()
        .any(|deed| deed.contains("DROP") || deed.contains("ALTER"));
    let ids_are_unique = !redeclared && are_unique(&before, &queue.tasks);
    match &swept {
        Ok(report) => {
            add_up(report);
            assert!(
                report.failed.is_empty() || redeclared || !queue.is_yielding,
                "nothing stood in its way: {report:?}"
            );
            if ids_are_unique && second_look.is_none() && report.reaps.len() == 1 {
                check_reap(&queue, report); // whatever a trigger did, it is whole
            }
            if queue.is_passive && ids_are_unique {
                as_foretold(report, &foretold, second_look.as_ref());
            }
            if queue.is_passive && !redeclared {
                check_aftermath(&before, &queue, report, ids_are_unique);
            }
            if queue.is_passive {
                nothing_is_left(&mut queue, second_look.is_some(), report);
            }
        }
        Err(SweepError::Partial { report, .. }) => {
            assert!(
                report.transactions > 0 && !report.reaps.is_empty(),
                "nothing was done: {report:?}"
            );
        }
        Err(error) => {
            assert!(untouched == image_now(), "it failed and wrote: {error:?}");
            let refused = matches!(error, SweepError::Store(StoreError::Schema(_)) | SweepError::Store(StoreError::Project(_)));
            assert!(
                refused || redeclared || !queue.is_yielding,
                "nothing stood in its way: {error:?}"
            );
        }
    }
}

/// What could be swept once can be swept again, and a second sweep reaps nothing: a third, where there was a rival, who
/// may have made a zombie of what the first had passed.
fn nothing_is_left(queue: &mut Queue, raced: bool, first: &SweepReport) {
    let mut last = sweep(&mut queue.conn, &queue.options);
    if raced {
        last = sweep(&mut queue.conn, &queue.options);
    }
    match last {
        Ok(report) => assert!(
            report.reaps.is_empty() && report.transactions == 0 || !first.failed.is_empty(),
            "reaped again: {report:?}"
        ),
        Err(error) => assert!(raced && !queue.is_yielding, "the first went well: {error:?}"),
    }
}

/// The queue as anybody who opens it finds it. A connection's own view of a page that it freed may be another.
fn image_now() -> Vec<u8> {
    image(&mut Connection::open(Queue::URI).unwrap())
}

fn dry_run(conn: &mut Connection, options: &SweepOptions) -> Swept {
    sweep(conn, &options.clone().dry_run(true))
}

fn sweep(conn: &mut Connection, options: &SweepOptions) -> Swept {
    let swept = sweep_zombie_tasks(conn, options);
    assert!(conn.is_autocommit(), "a transaction is left open: {swept:?}");
    match &swept {
        Ok(report) => drop(serde_json::to_string(report).unwrap()),
        Err(error) => drop(error.to_string()),
    }
    swept
}

/// Page by page or at once: the same.
fn check_pages(conn: &mut Connection, options: &SweepOptions, at_once: &Swept) {
    if at_once.as_ref().is_ok_and(|at_once| at_once.reaps.len() < 2) {
        return;
    }
    let paged = dry_run(conn, &options.clone().batch_size(std::num::NonZeroUsize::MIN));
    match (paged, at_once) {
        (Ok(paged), Ok(at_once)) => {
            assert_eq!(outcome(&paged), outcome(at_once), "{paged:?} {at_once:?}");
            assert_eq!((paged.scanned, paged.healthy), (at_once.scanned, at_once.healthy));
        }
        (Err(_), Err(_)) => {}
        (paged, at_once) => panic!("{paged:?}, but at once {at_once:?}"),
    }
}

/// Lets the rival write when the sweep is about to take the lock: the database after that, and what a dry run of the
/// rival's then says.
fn race(queue: &mut Queue) -> Arc<Mutex<Option<(Vec<u8>, Swept)>>> {
    let found = Arc::new(Mutex::new(None));
    if queue.rival.is_empty() {
        return found;
    }
    let (deeds, options, seen) = (queue.rival.clone(), queue.options.clone(), Arc::clone(&found));
    let meddle = move |event: TraceEvent<'_>| {
        let mut seen = seen.lock().unwrap();
        if !matches!(event, TraceEvent::Stmt(_, "BEGIN IMMEDIATE")) || seen.is_some() {
            return;
        }
        let mut rival = Connection::open(Queue::URI).unwrap();
        for deed in &deeds {
            let _ = rival.execute_batch(deed); // a constraint may forbid it
        }
        let foretold = dry_run(&mut rival, &options);
        *seen = Some((image_now(), foretold));
    };
    queue
        .conn
        .trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(meddle))
        .unwrap();
    found
}

fn add_up(report: &SweepReport) {
    let left = report.undecided.len() + report.failed.len() + report.moved_on;
    let accounted = report.reaps.len() + report.healthy + left;
    assert_eq!(report.scanned, accounted, "{report:?}");
    assert_eq!(report.reaps.is_empty(), report.transactions == 0, "{report:?}");
}

fn outcome(report: &SweepReport) -> Vec<(Id, String)> {
    report
        .reaps
        .iter()
        .map(|reap| (reap.task_id.clone(), reap.reason.to_string()))
        .collect()
}

/// What was a zombie at the first look and still is at the second was reaped, for the reason it then has, unless it
/// refused to be written.
fn as_foretold(report: &SweepReport, first_look: &Swept, second_look: Option<&Swept>) {
    let first = outcome(
        first_look
            .as_ref()
            .expect("a dry run fails where the sweep fails"),
    );
    let has_failed = |id: &Id| {
        report
            .failed
            .iter()
            .any(|failed| failed.task_id == id.to_string())
    };
    let Some(second) = second_look else {
        let mut expected = first;
        expected.retain(|(id, _)| !has_failed(id));
        assert_eq!(outcome(report), expected);
        return;
    };
    // The rival may have made what is new unreadable, so that no dry run can say.
    let Ok(second) = second else { return };
    let mut expected = outcome(second);
    expected.retain(|(id, _)| first.iter().any(|(known, _)| known == id) && !has_failed(id));
    // It may have given a zombie another id, too.
    let mut reaped = outcome(report);
    reaped.retain(|(id, _)| first.iter().any(|(known, _)| known == id));
    if report.confirm_s > 0.0 {
        // What changed between the two looks is left alone, whatever it changed to.
        assert!(
            reaped.iter().all(|reap| expected.contains(reap)),
            "{reaped:?} {expected:?}"
        );
        return;
    }
    assert_eq!(reaped, expected);
}

fn are_unique(conn: &Connection, tasks: &Table) -> bool {
    let Some(id) = tasks.column(Holds::TaskId) else {
        return false;
    };
    let ids = rows_of(conn, tasks, &[id]);
    ids.iter()
        .enumerate()
        .all(|(place, id)| ids[..place].iter().all(|other| !same(&id[0], &other[0])))
}
