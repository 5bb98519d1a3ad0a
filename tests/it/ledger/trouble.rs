//! Whatever befalls the ledger, the queue is swept, and the exit code is the sweep's.

use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;
use zombie_sweeper::ledger::{Ledger, ReapFilter};
use zombie_sweeper::rusqlite::Connection;

use super::program::{ledger, read, revive, scope, sweeper};
use crate::cli::place::Place;
use crate::cli::privilege::{am_root, skipped};
use crate::cli::program::{BINARY, Program, Ran};

fn queue() -> Place {
    Place::queue(|world| world.zombie("t1"))
}

/// The only warning of a sweep that did what it was to do.
#[track_caller]
fn warning(place: &Place, ran: Ran) -> String {
    let summary = ran.summary();
    assert_eq!(summary["reaped"], 1, "{summary}");
    let warnings = summary["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{summary}");
    let folder = place.path().canonicalize().unwrap();
    warnings[0]
        .as_str()
        .unwrap()
        .replace(folder.to_str().unwrap(), "~")
}

/// One that others entered something into before.
fn begun(place: &Place) {
    sweeper(place, &["--project", "SciDEX"]).run().summary();
    revive(place);
}

#[test]
fn held_by_another_process() {
    let place = queue();
    begun(&place);
    let other = Connection::open(ledger(&place)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_snapshot!(warning(&place, sweeper(&place, &[]).run()), @"this sweep is not in the ledger: the ledger ~/state/ledger.db is held by another process");
    other.execute_batch("ROLLBACK").unwrap();
    sweeper(&place, &[]).run().summary();
    assert_eq!(read(&place).totals(&scope(&place)).unwrap().unwrap().sweeps, 1);
}

/// The folder takes no file, and SQLite no journal.
#[test]
fn folder_that_cannot_be_written() {
    let place = queue();
    fs::create_dir(place.file("state")).unwrap();
    place.mode("state", 0o555);
    place.mode("orchestra.db", 0o666);
    place.mode(".", 0o777);
    let Some(program) = place.unprivileged_sweeper(&[]) else {
        return;
    };
    let program = program.env("ZOMBIE_SWEEPER_LEDGER", ledger(&place));
    assert_snapshot!(warning(&place, program.run()), @"this sweep is not in the ledger: failed to make the ledger ~/state/ledger.db: Permission denied (os error 13)");
}

#[test]
fn ledger_of_another_user() {
    if !am_root() {
        return skipped("only root gives files away");
    }
    let place = queue();
    begun(&place);
    std::os::unix::fs::chown(ledger(&place), Some(65534), None).unwrap();
    let before = fs::read(ledger(&place)).unwrap();
    assert_snapshot!(warning(&place, sweeper(&place, &[]).run()), @"this sweep is not in the ledger: ~/state/ledger.db is not used as the ledger, and left as it is: it belongs to another user (uid 65534)");
    assert_eq!(fs::read(ledger(&place)).unwrap(), before);
}

#[test]
fn folder_of_another_user() {
    if !am_root() {
        return skipped("only root gives files away");
    }
    let place = queue();
    begun(&place);
    std::os::unix::fs::chown(place.file("state"), Some(65534), None).unwrap();
    assert_snapshot!(warning(&place, sweeper(&place, &[]).run()), @"this sweep is not in the ledger: ~/state/ledger.db is not used as the ledger, and left as it is: its folder belongs to another user (uid 65534)");
}

/// What may not grow is as a disk that is full. There is room for the queue's log, and in the ledger for no more projects.
#[test]
fn no_room() {
    let name = |n| format!("{n:0200}");
    let place = Place::queue(|world| {
        let many = (0..60).fold(world, |world, n| world.project(&name(n)).alive(&format!("a{n}")));
        many.project("SciDEX-2").zombie("t1")
    });
    sweeper(&place, &["--project", "SciDEX-2"]).run().summary();
    revive(&place);
    place.connect().execute_batch("UPDATE task_runs SET last_heartbeat = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE task_id <> 't1'").unwrap();
    let size = fs::metadata(ledger(&place)).unwrap().len();
    let limit = format!(r#"ulimit -f {}; exec "$0" "$@""#, size / 1024);
    let mut shell = Command::new("bash");
    shell.args(["-c", &limit, BINARY, "--db"]);
    let program = Program::by(shell).args([place.db()]);
    let program = program.env("LLVM_PROFILE_FILE", "/dev/null"); // where coverage is counted, its file may not grow either
    let ran = program.env("ZOMBIE_SWEEPER_LEDGER", ledger(&place)).run();
    assert_snapshot!(warning(&place, ran), @"this sweep is not in the ledger: failed to use the ledger ~/state/ledger.db: disk I/O error");
    assert!(is_whole(&ledger(&place)));
}

/// A disk that is full, for real.
#[test]
fn full_disk() {
    let place = queue();
    let mount = r#"mkdir "$0/state" && mount -t tmpfs -o size=16k,mode=700 tmpfs "$0/state""#;
    let mut shell = Command::new("unshare");
    if !am_root() {
        shell.arg("--map-root-user");
    }
    shell.args([
        "--mount",
        "sh",
        "-c",
        &format!("{mount} || exit 100; exec \"$@\""),
    ]);
    shell.arg(place.path()).arg(BINARY).arg("--db").arg(place.db());
    let ran = Program::by(shell)
        .env("ZOMBIE_SWEEPER_LEDGER", ledger(&place))
        .run();
    if ran.stdout.is_empty() {
        return skipped("nothing can be mounted here");
    }
    assert_snapshot!(warning(&place, ran), @"this sweep is not in the ledger: failed to use the ledger ~/state/ledger.db: database or disk is full");
}

#[test]
fn damaged_is_told_once() {
    let place = queue();
    begun(&place);
    let mut bytes = fs::read(ledger(&place)).unwrap();
    bytes[4096..].fill(0xff);
    fs::write(ledger(&place), bytes).unwrap();
    let said = warning(&place, sweeper(&place, &[]).run());
    assert!(
        said.contains("was damaged") && said.contains("set aside as ~/state/ledger.db.damaged-"),
        "{said}"
    );
    assert_eq!(
        sweeper(&place, &[]).run().summary()["warnings"],
        Value::Array(vec![])
    );
}

/// Each is entered, or says that it had to wait for too long; and nobody begins a second ledger.
#[test]
fn several_sweepers_at_once() {
    let place = queue();
    let sweeps: Vec<_> = (0..6).map(|_| sweeper(&place, &[]).start()).collect();
    let mut entered = 0;
    for sweep in sweeps {
        let summary = Ran::new(sweep.wait_with_output().unwrap()).summary();
        match summary["warnings"].as_array().unwrap().as_slice() {
            [] => entered += 1,
            [said] => assert!(
                said.as_str().unwrap().ends_with("is held by another process"),
                "{said}"
            ),
            more => panic!("{more:?}"),
        }
    }
    assert!(entered > 0);
    assert_eq!(
        read(&place).totals(&scope(&place)).unwrap().unwrap().sweeps,
        entered
    );
    assert_eq!(super::names(&place.file("state")), ["ledger.db"]);
}

/// The first sets it aside, and nobody the one that was begun since.
#[test]
fn several_sweepers_at_a_damaged_one() {
    let place = queue();
    begun(&place);
    let mut bytes = fs::read(ledger(&place)).unwrap();
    bytes[..64].fill(b'x');
    fs::write(ledger(&place), &bytes).unwrap();
    let sweeps: Vec<_> = (0..6).map(|_| sweeper(&place, &[]).start()).collect();
    for sweep in sweeps {
        Ran::new(sweep.wait_with_output().unwrap()).summary();
    }
    let names = super::names(&place.file("state"));
    let aside: Vec<_> = names.iter().filter(|name| name.contains("damaged")).collect();
    assert_eq!(aside.len(), 1, "{names:?}");
    assert_eq!(fs::read(place.file("state").join(aside[0])).unwrap(), bytes);
    assert!(is_whole(&ledger(&place)));
}

fn is_whole(path: &Path) -> bool {
    let conn = Connection::open(path).unwrap();
    let check: String = conn
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    check == "ok"
}

/// Killed at any moment, it is whole, and holds a sweep with all its reaps or not at all.
#[test]
fn killed_while_it_writes() {
    let place = Place::queue(|world| (0..300).fold(world, |world, n| world.zombie(&format!("t{n}"))));
    sweeper(&place, &[]).run().summary();
    let mut entered = read(&place).totals(&scope(&place)).unwrap().unwrap().sweeps;
    let mut killed = 0;
    for delay in 0..40 {
        revive(&place);
        let mut sweep = sweeper(&place, &[]).start();
        let journal = place.file("state/ledger.db-journal");
        // Half of them once it writes, at a moment of their own.
        for _ in 0..4_000 {
            if journal.exists() || sweep.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_micros(50));
        }
        std::thread::sleep(std::time::Duration::from_micros(100 * delay));
        let _ = sweep.kill();
        killed += i32::from(!sweep.wait().unwrap().success());
        let ledger = Ledger::open_to_read(&ledger(&place)).unwrap();
        let sweeps = ledger.totals(&scope(&place)).unwrap().unwrap().sweeps;
        assert!(
            sweeps == entered || sweeps == entered + 1,
            "{sweeps} after {entered}"
        );
        entered = sweeps;
        let reaps = ledger.reaps(&ReapFilter::default()).unwrap().len() as u64;
        let last = ledger.totals(&scope(&place)).unwrap().unwrap();
        assert_eq!(reaps, last.reaped.values().sum::<u64>());
    }
    assert!(killed > 0, "every one of them came too late");
    assert!(is_whole(&ledger(&place)));
    let summary = sweeper(&place, &[]).run().summary();
    assert_eq!(summary["warnings"], Value::Array(vec![]));
}
