//! Threads that read and sweep, come and go, and processes beside them: nothing is lost, and nothing is reaped twice.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use zombie_sweeper::ledger::{Clocks, Entry, KEEP, Ledger, Outcome, Scope, record};
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::{Queue, look_at_place};
use zombie_sweeper::{Profile, SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};

use crate::cli::place::Place;
use crate::world::{NOW, World};

/// How often another process opens the queue, sweeps it, enters that into the ledger, and closes both.
const PROCESSES: usize = 8;

/// How many threads there are of each kind that comes and goes.
const THREADS: usize = 2;

fn patient(conn: &mut Connection) -> zombie_sweeper::rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_secs(60))
}

fn dry_run(conn: &mut Connection) -> Result<SweepReport, SweepError> {
    sweep_zombie_tasks(conn, &SweepOptions::at(NOW).dry_run(true))
}

/// Says so when it is dropped, and so when its thread panics too.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// Whether a database is whole.
fn is_whole(path: &Path) -> bool {
    let found = World::of(Connection::open(path).unwrap());
    found.query("PRAGMA integrity_check") == "ok"
}

/// Enters a sweep, and says whether it is in the ledger: it is not where others held that for too long.
fn is_entered(ledger: &Path, scope: &Scope, report: &SweepReport) -> bool {
    // Now, or a moment ago: what is too old goes.
    let written = fs::metadata(&scope.database).unwrap().modified().unwrap();
    let written = DateTime::<Utc>::from(written);
    let clocks = Clocks {
        boot_id: None,
        wall: NOW.into(),
        since_boot: None,
        awake: None,
    };
    let entry = Entry {
        scope,
        is_narrowed: false,
        at: written.into(),
        clocks: &clocks,
        outcome: Outcome::Swept(report),
    };
    let told = record(ledger, KEEP, &entry);
    assert!(told.iter().all(|warning| warning.contains("locked")), "{told:?}");
    told.is_empty()
}

fn stays_whole(place: &Place) {
    let (path, ledger, profile) = (place.db(), place.file("state/ledger.db"), Profile::default());
    let scope = Scope::new(&path, None);
    let queue = || Queue::at(&path, &profile).configured(patient);
    let (reaped, entered, is_over) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let goes_on = || !is_over.load(SeqCst);
    thread::scope(|scope_of_threads| {
        let run = scope_of_threads;
        // The workers: whatever was reaped is taken up, and dies.
        run.spawn(|| {
            let _over = Over(&is_over);
            let mut kept = queue().keep().unwrap();
            while goes_on() {
                let dies = "BEGIN IMMEDIATE; UPDATE tasks SET status = 'running', active_run_id = 'r-' || id;
                            UPDATE task_runs SET status = 'running'; COMMIT";
                kept.look(|conn| {
                    conn.execute_batch(dies).unwrap();
                    Ok::<_, SweepError>(())
                })
                .unwrap();
                thread::sleep(Duration::from_millis(5));
            }
        });
        run.spawn(|| {
            let _over = Over(&is_over);
            let mut kept = queue().keep().unwrap();
            while goes_on() {
                let report = kept.sweep(&SweepOptions::at(NOW), sweep_zombie_tasks).unwrap();
                reaped.fetch_add(report.reaps.len(), SeqCst);
                entered.fetch_add(usize::from(is_entered(&ledger, &scope, &report)), SeqCst);
            }
        });
        for _ in 0..THREADS {
            run.spawn(|| {
                let _over = Over(&is_over);
                while goes_on() {
                    let mut reader = queue().keep_to_read().unwrap();
                    reader.look(dry_run).unwrap();
                }
            });
            run.spawn(|| {
                let _over = Over(&is_over);
                while goes_on() {
                    queue().read(dry_run).unwrap();
                    look_at_place(&path).unwrap();
                    if let Ok(ledger) = Ledger::open_to_read(&ledger) {
                        let _ = ledger.totals(&scope);
                    }
                }
            });
        }
        let _over = Over(&is_over);
        for _ in 0..PROCESSES {
            let patient = place.sweeper(&["--busy-timeout", "60s"]);
            let summary = patient.env("ZOMBIE_SWEEPER_LEDGER", &ledger).run().summary();
            reaped.fetch_add(
                usize::try_from(summary["reaped"].as_u64().unwrap()).unwrap(),
                SeqCst,
            );
            let is_entered = summary["warnings"].as_array().unwrap().is_empty();
            entered.fetch_add(usize::from(is_entered), SeqCst);
        }
    });
    assert!(is_whole(&path) && is_whole(&ledger));
    let told = place.world().query("SELECT count(*) FROM task_events");
    assert_eq!(told, i64::try_from(reaped.into_inner()).unwrap());
    let totals = Ledger::open_to_read(&ledger)
        .unwrap()
        .totals(&scope)
        .unwrap()
        .unwrap();
    assert_eq!(usize::try_from(totals.sweeps).unwrap(), entered.into_inner());
}

#[test]
fn queue_and_ledger_stay_whole() {
    let story = |world: World| (0..20).fold(world, |world, n| world.zombie(&format!("t{n}")));
    stays_whole(&Place::queue(story));
    stays_whole(&Place::queue_with_journal(story));
}
