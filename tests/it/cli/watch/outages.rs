//! A queue that cannot be watched for a while: waited for, and said once.

use std::thread;
use std::time::Duration;

use super::super::place::Place;

#[test]
fn locked_for_a_while_it_is_waited_for_and_said_once() {
    let place = Place::queue_with_journal(|world| world.alive("t1"));
    let watch = place.watch(&["--busy-timeout", "50ms", "--settle", "0s"]);
    thread::sleep(Duration::from_millis(500));
    place.end_run("t1");
    let holder = place.connect();
    assert_eq!(watch.reaped(), ["t1"]);
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    watch.says("is locked by another process");
    thread::sleep(Duration::from_secs(2)); // it tries again meanwhile
    holder.execute_batch("ROLLBACK").unwrap();
    watch.says("is watched again, after ");
    let ended = watch.stop();
    assert_eq!((ended.exit, ended.stderr.as_str()), (Some(0), ""));
}

#[test]
fn locked_from_the_start_it_is_waited_for() {
    let place = Place::queue_with_journal(|world| world.zombie("t1"));
    let holder = place.connect();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let watch = place.watch(&["--busy-timeout", "50ms", "--confirm", "1s"]);
    watch.says("is locked by another process");
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(watch.reaped(), ["t1"]);
}

#[test]
fn silence_behind_a_lock_is_confirmed_before_it_is_death() {
    let place = Place::queue_with_journal(|world| world.alive("t1"));
    let args = ["--busy-timeout", "50ms", "--stale-after", "3s", "--confirm", "2s"];
    let holder = place.connect();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let watch = place.watch(&args);
    watch.says("is locked by another process");
    thread::sleep(Duration::from_secs(4));
    holder.execute_batch("ROLLBACK").unwrap();
    let beat = "UPDATE task_runs SET last_heartbeat = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
    for _ in 0..6 {
        place.connect().execute_batch(beat).unwrap();
        thread::sleep(Duration::from_millis(500));
    }
    assert!(watch.lines.try_recv().is_err(), "a live task was reaped");
    assert_eq!(watch.reaped(), ["t1"]); // now nobody beats any more
}

#[test]
fn schema_in_the_midst_of_a_migration_is_waited_for() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let watch = place.watch(&["--settle", "0s"]);
    assert_eq!(watch.reaped(), ["t1"]);
    place
        .connect()
        .execute_batch("ALTER TABLE tasks RENAME TO tasks_old")
        .unwrap();
    watch.says("the queue cannot be watched");
    place
        .connect()
        .execute_batch("ALTER TABLE tasks_old RENAME TO tasks")
        .unwrap();
    watch.says("is watched again");
    place.end_run("t2");
    assert_eq!(watch.reaped(), ["t2"]);
}

#[test]
fn monitor_is_told_of_an_outage_and_of_its_end_at_once() {
    let place = Place::queue_with_journal(|world| world.alive("t1"));
    let metrics = place.file("sweeper.prom");
    let success = || {
        let text = std::fs::read_to_string(&metrics).unwrap_or_default();
        let series = crate::metrics::series(&text);
        series.get("last_sweep_success").map(|value| *value > 0.0)
    };
    let _watch = place.watch(&[
        "--busy-timeout",
        "50ms",
        "--metrics-file",
        metrics.to_str().unwrap(),
    ]);
    super::wait_until("it is well", || success() == Some(true));
    let holder = place.connect();
    super::wait_until("the database is not read", || {
        holder.execute_batch("BEGIN EXCLUSIVE").is_ok()
    });
    super::wait_until("it is not", || success() == Some(false));
    holder.execute_batch("ROLLBACK").unwrap();
    super::wait_until("it is well again", || success() == Some(true));
}

#[test]
fn outage_is_on_record_once_and_its_end_too() {
    let place = Place::queue_with_journal(|world| world.alive("t1"));
    let ledger = place.file("ledger/ledger.db");
    let watch = place.watch(&["--busy-timeout", "50ms", "--ledger", ledger.to_str().unwrap()]);
    super::wait_until("the first look is on record", || ledger.exists());
    let holder = place.connect();
    super::wait_until("the database is not read", || {
        holder.execute_batch("BEGIN EXCLUSIVE").is_ok()
    });
    watch.says("is locked by another process");
    thread::sleep(Duration::from_secs(2)); // it fails again meanwhile
    holder.execute_batch("ROLLBACK").unwrap();
    watch.says("is watched again");
    let ended = watch.stop();
    assert_eq!(ended.exit, Some(0));
    let told = zombie_sweeper::rusqlite::Connection::open(ledger).unwrap();
    let sweeps: Vec<bool> = told
        .prepare("SELECT error IS NULL FROM sweeps ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(sweeps, [true, false, true]);
}
