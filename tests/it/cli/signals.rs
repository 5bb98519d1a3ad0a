//! SIGTERM and SIGINT end a sweep promptly, and what it had begun is rolled back.

use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::place::Place;
use super::program::Ran;

/// On a machine at its limit. Who goes on waiting for a lock, or reaping, takes a minute and more.
const PROMPTLY: Duration = Duration::from_secs(10);

pub(crate) fn send(signal: &str, to: &Child) {
    let sent = Command::new("kill")
        .args(["-s", signal, &to.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

pub(crate) fn ended(sweep: Child) -> Ran {
    Ran::new(sweep.wait_with_output().unwrap())
}

/// Until the program has opened the database: from then on it listens, as it does that first.
fn wait_until_it_has_opened(place: &Place, sweep: &Child) {
    let files = format!("/proc/{}/fd", sweep.id());
    wait_until("it has opened the database", || {
        let mut files = std::fs::read_dir(&files).into_iter().flatten().flatten();
        files.any(|file| std::fs::read_link(file.path()).is_ok_and(|file| file == place.db()))
    });
}

pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("waited in vain until {what}");
}

#[track_caller]
fn signalled_while_it_waits(signal: &str) -> String {
    let place = Place::queue(|world| world.zombie("t1"));
    let orchestrator = place.connect();
    orchestrator.execute_batch("BEGIN IMMEDIATE").unwrap();
    let before = place.files();
    let sweep = place.sweeper(&["--busy-timeout", "60s"]).start();
    wait_until_it_has_opened(&place, &sweep);
    thread::sleep(Duration::from_millis(300));
    let sent = now();
    send(signal, &sweep);
    let ran = ended(sweep);
    assert!(sent.elapsed() < PROMPTLY, "{:?}", sent.elapsed());
    assert!(place.files() == before);
    ran.failure(place.path())
}

#[expect(clippy::disallowed_methods, reason = "how long the program takes to end")]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn terminated_while_it_waits_for_the_lock() {
    assert_snapshot!(signalled_while_it_waits("TERM"), @"
    exit 143
    error: stopped by SIGTERM; nothing was written
    ");
}

#[test]
fn interrupted_while_it_waits_for_the_lock() {
    assert_snapshot!(signalled_while_it_waits("INT"), @"
    exit 130
    error: stopped by SIGINT; nothing was written
    ");
}

#[test]
fn terminated_while_it_waits_to_read() {
    let place = Place::queue_with_journal(|world| world.zombie("t1"));
    let orchestrator = place.connect();
    orchestrator.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let sweep = place.sweeper(&["--dry-run", "--busy-timeout", "60s"]).start();
    wait_until_it_has_opened(&place, &sweep);
    thread::sleep(Duration::from_millis(300));
    send("TERM", &sweep);
    assert_snapshot!(ended(sweep).failure(place.path()), @"
    exit 143
    error: stopped by SIGTERM; nothing was written
    ");
}

/// Three thousand zombies, each slow to reap: to reap all takes longer than any test.
pub(crate) fn long_sweep() -> Place {
    three_thousand(1_000_000)
}

/// Three thousand zombies. To reap one takes so many steps.
fn three_thousand(steps: u64) -> Place {
    Place::queue(|world| {
        world.sql(&format!(
            "WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT 3000) \
             INSERT INTO tasks (id, project_id, title, status, created_at, updated_at) \
             SELECT format('t%04d', n), 'p-SciDEX', '', 'running', '2026-01-01', '2026-01-01T00:00:00Z' FROM n; \
             CREATE TRIGGER slow AFTER INSERT ON task_events BEGIN \
             WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT {steps}) \
             SELECT sum(n) FROM n; END",
        ))
    })
}

/// Until another connection finds the write lock taken.
fn wait_until_it_writes(place: &Place) {
    let other = place.connect();
    other.busy_timeout(Duration::ZERO).unwrap();
    wait_until("the write lock is taken", || {
        other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err()
    });
}

#[test]
fn terminated_while_it_reaps() {
    let place = three_thousand(1_000_000_000); // else the first alone may be committed before the signal comes
    let before = place.world().dump();
    let sweep = place.sweeper(&[]).start();
    wait_until_it_writes(&place);
    thread::sleep(Duration::from_millis(200));
    let sent = now();
    send("TERM", &sweep);
    let ran = ended(sweep);
    assert!(sent.elapsed() < PROMPTLY, "{:?}", sent.elapsed());
    assert_eq!(ran.exit, 143, "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    assert!(place.world().dump() == before, "something was written");
    assert_eq!(place.world().query("PRAGMA integrity_check"), "ok");
}

#[test]
fn terminated_between_two_transactions_it_says_what_it_did() {
    let place = long_sweep();
    let sweep = place.sweeper(&["--batch-size", "1"]).start();
    wait_until("something is committed", || {
        place.world().query("SELECT count(*) > 1 FROM task_events") == 1
    });
    send("INT", &sweep);
    let ran = ended(sweep).exits(130);
    let summary = ran.json();
    let reaped = summary["reaped"].as_i64().unwrap();
    assert_eq!(summary["transactions"], reaped);
    assert!(summary["error"].is_string());
    assert_eq!(place.world().query("SELECT count(*) FROM task_events"), reaped);
}

/// So many zombies that neither their summary nor their log fits into a pipe.
fn many_zombies() -> Place {
    Place::queue(|world| {
        world.sql(
            "WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT 5000) \
             INSERT INTO tasks (id, project_id, title, status, created_at, updated_at) \
             SELECT format('t%04d', n), 'p-SciDEX', '', 'running', '2026-01-01', '2026-01-01T00:00:00Z' FROM n",
        )
    })
}

fn wait_until_all_is_reaped(place: &Place) {
    wait_until("all is reaped", || {
        place
            .world()
            .query("SELECT count(*) FROM tasks WHERE status = 'running'")
            == 0
    });
}

/// Everything that comes after a while out of a pipe that nobody read until then.
fn read_late(sweep: Child) -> Ran {
    thread::sleep(Duration::from_millis(500));
    ended(sweep)
}

#[test]
fn terminated_while_nobody_reads_the_summary() {
    let place = many_zombies();
    let mut sweep = place.sweeper(&[]).start();
    wait_until_all_is_reaped(&place);
    thread::sleep(Duration::from_millis(200));
    let sent = now();
    send("TERM", &sweep);
    let exit = sweep.wait().unwrap().code(); // before anybody reads
    assert!(sent.elapsed() < PROMPTLY, "{:?}", sent.elapsed());
    assert_eq!(exit, Some(143));
    let said = ended(sweep).stderr;
    assert!(
        said.starts_with(
            "error: failed to print the summary: SIGTERM came while nobody read it; \
             5000 tasks reaped, committed in "
        ),
        "{said}"
    );
}

#[test]
fn summary_that_is_read_late_is_whole() {
    let place = many_zombies();
    let sweep = place.sweeper(&[]).start();
    assert_eq!(read_late(sweep).exits(0).json()["reaped"], 5000);
}

#[test]
fn log_that_is_read_late_is_whole_and_in_order() {
    let place = many_zombies();
    let sweep = place.sweeper(&["-v"]).start();
    let ran = read_late(sweep).exits(0);
    let reaped: Vec<_> = ran
        .stderr
        .lines()
        .map(|line| line.split("task_id=").nth(1).unwrap())
        .collect();
    assert_eq!(reaped.len(), 5000);
    assert!(reaped.is_sorted());
}

#[test]
fn terminated_while_nobody_reads_the_log() {
    let place = many_zombies();
    let mut sweep = place.sweeper(&["-vv"]).start();
    thread::sleep(Duration::from_millis(500));
    let sent = now();
    send("TERM", &sweep);
    let exit = sweep.wait().unwrap().code(); // before anybody reads
    assert!(sent.elapsed() < PROMPTLY, "{:?}", sent.elapsed());
    assert_eq!(exit, Some(143));
}

#[test]
fn log_that_nobody_reads_keeps_no_sweep_from_its_work() {
    let place = many_zombies();
    let sweep = place.sweeper(&["-vv"]).start();
    wait_until_all_is_reaped(&place);
    let ran = ended(sweep).exits(0);
    assert_eq!(ran.json()["reaped"], 5000);
    let last = ran.stderr.lines().last().unwrap();
    assert!(last.contains("WARN lines of the log are missing"), "{last}");
}

#[test]
fn killed_in_mid_sweep_each_reap_is_whole_or_not_there() {
    let place = long_sweep();
    let sweep = place.sweeper(&[]).start();
    wait_until_it_writes(&place);
    thread::sleep(Duration::from_millis(200));
    send("KILL", &sweep);
    assert_eq!(ended(sweep).exit, -1);
    let world = place.world();
    let reset = world.query("SELECT count(*) FROM tasks WHERE status = 'open'");
    assert_eq!(world.query("SELECT count(*) FROM task_events"), reset);
    let running = world.query("SELECT count(*) FROM tasks WHERE status = 'running'");
    assert_ne!(running, 0, "it was in the midst of it");
}
