//! The program with a ledger: where it lies, what it is not allowed to be, and what each sweep leaves in it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use zombie_sweeper::ledger::{Ledger, ReapFilter, Scope};
use zombie_sweeper::zombie::Timestamp;

use crate::cli::place::Place;
use crate::cli::program::Program;

/// The program on this queue, with a ledger in the folder `state` beside it.
pub(super) fn sweeper(place: &Place, args: &[&str]) -> Program {
    place.sweeper(args).env("ZOMBIE_SWEEPER_LEDGER", ledger(place))
}

pub(super) fn ledger(place: &Place) -> PathBuf {
    place.file("state/ledger.db")
}

pub(super) fn read(place: &Place) -> Ledger {
    Ledger::open_to_read(&ledger(place)).unwrap()
}

pub(super) fn scope(place: &Place) -> Scope {
    Scope::new(&place.db(), None)
}

/// The workers of all tasks that were reaped are dead once more.
pub(super) fn revive(place: &Place) {
    let revive = "UPDATE tasks SET status = 'running', active_run_id = 'r-' || id; UPDATE task_runs SET status = 'running'";
    place.connect().execute_batch(revive).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn each_sweep_is_entered() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let summary = sweeper(&place, &[]).run().summary();
    assert_eq!(summary["reaped"], 1);
    let summary = sweeper(&place, &[]).run().summary();
    assert_eq!(summary["reaped"], 0);
    let ledger = read(&place);
    let totals = ledger.totals(&scope(&place)).unwrap().unwrap();
    assert_eq!((totals.sweeps, totals.reaped["stale_heartbeat"]), (2, 1));
    let last = ledger.last_success(&scope(&place)).unwrap().unwrap();
    assert_eq!((last.scanned, last.healthy), (1, 1));
    let at = summary["swept_at"].as_str().unwrap();
    assert_eq!(last.at.to_rfc3339(), at);
    let reaps = ledger.reaps(&ReapFilter::default()).unwrap();
    assert_eq!(reaps[0].task_id, "t1".into());
    let living = ledger.living(&scope(&place).database, Timestamp::EPOCH).unwrap();
    assert_eq!(living.len(), 2);
}

/// By the clocks of two sweeps a step of the wall clock is told from a suspended machine.
#[test]
fn clocks_are_those_of_the_machine() {
    let place = Place::queue(|world| world);
    sweeper(&place, &[]).run().summary();
    let clocks = read(&place).last_sweep(&scope(&place)).unwrap().unwrap().clocks;
    let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    assert_eq!(clocks.boot_id.as_deref(), Some(boot_id.trim()));
    assert!(clocks.awake.unwrap() <= clocks.since_boot.unwrap());
}

#[test]
fn only_the_sweeper_may_read_it() {
    let place = Place::queue(|world| world.zombie("t1"));
    sweeper(&place, &[]).run().summary();
    assert_eq!(mode(&ledger(&place)), 0o600);
    assert_eq!(mode(&place.file("state")), 0o700);
    assert_eq!(
        super::names(&place.file("state")),
        ["ledger.db"],
        "nothing is left beside it"
    );
}

/// A folder that is there is somebody's.
#[test]
fn folder_that_is_there_keeps_its_mode() {
    let place = Place::queue(|world| world);
    fs::create_dir(place.file("state")).unwrap();
    fs::set_permissions(place.file("state"), fs::Permissions::from_mode(0o755)).unwrap();
    sweeper(&place, &[]).run().summary();
    assert_eq!(mode(&place.file("state")), 0o755);
}

#[test]
fn none_unless_it_is_asked_for() {
    let place = Place::queue(|world| world.zombie("t1"));
    place.sweeper(&[]).run().summary();
    let empty = place
        .sweeper(&[])
        .env("ZOMBIE_SWEEPER_LEDGER", "")
        .run()
        .summary();
    assert_eq!(empty["warnings"], serde_json::json!([]));
    assert_eq!(place.names(), ["orchestra.db"]);
}

#[test]
fn dry_run_leaves_no_trace() {
    let place = Place::queue(|world| world.zombie("t1"));
    sweeper(&place, &["--dry-run"]).run().summary();
    assert_eq!(place.names(), ["orchestra.db"]);
}

#[test]
fn sweep_that_fails_is_entered_with_its_reason() {
    let place = Place::queue(|world| world.zombie("t1"));
    sweeper(&place, &[]).run().summary();
    revive(&place);
    let lock = place.connect();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ran = sweeper(&place, &["--busy-timeout", "10ms"]).run().exits(75);
    let ledger = read(&place);
    let last = ledger.last_sweep(&scope(&place)).unwrap().unwrap();
    let why = last.error.unwrap();
    assert!(ran.stderr.contains(&why), "{why} is in {}", ran.stderr);
    assert_eq!(ledger.totals(&scope(&place)).unwrap().unwrap().failures, 1);
    assert_eq!(ledger.last_success(&scope(&place)).unwrap().unwrap().reaped, 1);
}

#[test]
fn database_that_is_not_there_is_a_failed_sweep_of_it() {
    let place = Place::empty();
    fs::create_dir(place.file("state")).unwrap();
    sweeper(&place, &[]).run().exits(66);
    let last = read(&place).last_sweep(&scope(&place)).unwrap().unwrap();
    assert!(last.error.unwrap().contains("orchestra.db"));
}

/// What was asked for does not exist: no sweep of it has failed.
#[test]
fn project_that_is_misspelt_is_not_entered() {
    let place = Place::queue(|world| world.zombie("t1"));
    sweeper(&place, &["--project", "SciDXE"]).run().exits(2);
    assert!(!ledger(&place).exists());
}

#[test]
fn projects_are_scopes_of_their_own() {
    let place = Place::queue(|world| world.zombie("t1"));
    sweeper(&place, &["--project", "SciDEX"]).run().summary();
    let project = Scope::new(&place.db(), Some("SciDEX"));
    let ledger = read(&place);
    assert_eq!(ledger.scopes().unwrap(), std::slice::from_ref(&project));
    assert_eq!(ledger.last_sweep(&scope(&place)).unwrap(), None);
    assert_eq!(ledger.last_sweep(&project).unwrap().unwrap().reaped, 1);
}

#[test]
fn what_is_too_old_goes() {
    let place = Place::queue(|world| world.zombie("t1"));
    sweeper(&place, &[]).run().summary();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let keep = [("ZOMBIE_SWEEPER_LEDGER_KEEP", "10ms")];
    let program = keep.iter().fold(sweeper(&place, &[]), |program, (name, value)| {
        program.env(name, value)
    });
    program.run().summary();
    assert_eq!(read(&place).reaps(&ReapFilter::default()).unwrap(), []);
    sweeper(&place, &["--ledger-keep", "1h"]).run().summary();
    assert_eq!(read(&place).totals(&scope(&place)).unwrap().unwrap().sweeps, 3);
}

/// Before anything is opened.
#[test]
fn queue_is_no_ledger() {
    let place = Place::queue(|world| world.zombie("t1"));
    let refused = |ledger: &str| {
        let path = place.file(ledger);
        let program = place.sweeper(&[]).args([Path::new("--ledger"), &path]);
        let ran = place.untouched(|| program.run()).exits(2);
        let line = ran.stderr.lines().next().unwrap().to_owned();
        line.replace(place.path().to_str().unwrap(), "~")
    };
    assert_snapshot!(refused("orchestra.db"), @"error: --ledger (ZOMBIE_SWEEPER_LEDGER): ~/orchestra.db is the queue's own: its database. Expected a file that the sweeper has to itself, such as /var/lib/zombie-sweeper/ledger.db");
    assert_snapshot!(refused("orchestra.db-wal"), @"error: --ledger (ZOMBIE_SWEEPER_LEDGER): ~/orchestra.db-wal is the queue's own: its log. Expected a file that the sweeper has to itself, such as /var/lib/zombie-sweeper/ledger.db");
    assert_snapshot!(refused("."), @"error: --ledger (ZOMBIE_SWEEPER_LEDGER): ~/. is a folder. Expected a file, such as ~/./ledger.db");
    for beside in ["orchestra.db-journal", "orchestra.db-shm"] {
        assert!(refused(beside).contains("is the queue's own"));
    }
}

/// SQLite would take the queue for a journal, and take it away; so it is no command's to open.
#[test]
fn queue_is_no_journal_of_a_ledger() {
    for name in ["queue-journal", "queue-wal", "queue-shm"] {
        let place = Place::queue_with_journal(|world| world.zombie("t1"));
        fs::rename(place.db(), place.file(name)).unwrap();
        std::os::unix::fs::symlink(name, place.file("link.db")).unwrap();
        for command in [&[][..], &["doctor"], &["history"]] {
            for db in [name, "link.db"] {
                let paths = ["--db", db, "--ledger", "queue"];
                let program = crate::cli::program::zombie_sweeper(command).args(paths);
                let ran = place.untouched(|| program.in_folder(place.path()).run()).exits(2);
                assert!(ran.stderr.contains("is the queue's database"), "{}", ran.stderr);
            }
        }
    }
}

#[test]
fn history_says_that_it_is_another_programs() {
    let place = Place::queue(|world| world.zombie("t1"));
    place.write("notes.db", "buy milk");
    let args = ["history", "--ledger", "notes.db"];
    let ran = place.sweeper(&args).in_folder(place.path()).run().exits(0);
    assert!(ran.stdout.contains("it is no ledger"), "{}", ran.stdout);
}

#[test]
fn text_says_what_is_wrong_with_it() {
    let place = Place::queue(|world| world.zombie("t1"));
    place.write(
        "notes.txt",
        "buy milk, and then some more of it, until there are enough bytes for a header",
    );
    place.mode("notes.txt", 0o644);
    let args = ["--format", "text", "--ledger", "notes.txt"];
    let ran = place.sweeper(&args).in_folder(place.path()).run().exits(0);
    assert!(
        ran.stdout.contains("this sweep is not in the ledger"),
        "{}",
        ran.stdout
    );
    assert_eq!(
        fs::read_to_string(place.file("notes.txt"))
            .unwrap()
            .split(',')
            .next(),
        Some("buy milk")
    );
}

/// A sandbox hides what tells one boot from another, and who made it says so.
#[test]
fn boot_is_told_by_whoever_may_know_it() {
    let place = Place::queue(|world| world);
    let script = r#"mount -t tmpfs tmpfs /proc/sys 2>/dev/null || exit 100; exec "$@""#;
    let mut shell = std::process::Command::new("unshare");
    shell.args([
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
        crate::cli::program::BINARY,
        "--db",
    ]);
    let program = Program::by(shell).args([place.db()]);
    let program = program
        .env("ZOMBIE_SWEEPER_LEDGER", ledger(&place))
        .env("ZOMBIE_SWEEPER_BOOT_ID", "f2a0");
    let ran = program.run();
    if ran.exit != 0 && ran.stdout.is_empty() {
        crate::cli::privilege::skipped("nothing can be mounted here");
        return;
    }
    let clocks = read(&place).last_sweep(&scope(&place)).unwrap().unwrap().clocks;
    assert_eq!(clocks.boot_id.as_deref(), Some("f2a0"));
}

/// It tells nothing of the other tasks, even where it fails.
#[test]
fn sweep_of_single_tasks_is_not_the_last_of_its_queue() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2"));
    let summary = sweeper(&place, &["--at-most", "2"]).run().summary();
    revive(&place);
    let lock = place.connect();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let one = ["--task", "t1", "--busy-timeout", "10ms"];
    sweeper(&place, &one).run().exits(75);
    lock.execute_batch("ROLLBACK").unwrap();
    sweeper(&place, &one).run().exits(0);
    let ledger = read(&place);
    let last = ledger.last_sweep(&scope(&place)).unwrap().unwrap();
    assert_eq!(last.at.to_rfc3339(), summary["swept_at"].as_str().unwrap());
    assert_eq!(ledger.totals(&scope(&place)).unwrap().unwrap().sweeps, 3);
}

/// Nobody sweeps the whole queue: the last sweep of a project is what there is.
#[test]
fn doctor_where_each_sweep_is_of_a_project() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let project: String = place
        .connect()
        .query_row("SELECT project_id FROM tasks", [], |row| row.get(0))
        .unwrap();
    let summary = sweeper(&place, &["--project", &project]).run().summary();
    let ran = sweeper(&place, &["doctor"]).run().exits(0);
    let diagnosis: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let sweeper = &diagnosis["sweeper"];
    assert_eq!(sweeper["last_sweep"], summary["swept_at"]);
    assert_eq!(sweeper["last_success"], summary["swept_at"]);
}
