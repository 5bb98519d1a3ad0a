//! What it reaps while it stays, and what it says of that.

use std::fs;

use chrono::{DateTime, Utc};

use super::super::place::Place;
use super::super::signals::wait_until;

#[test]
fn what_is_there_already_is_reaped_and_told_on_a_line() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let watch = place.watch(&[]);
    let summary = watch.next();
    assert_eq!(summary["reasons"], serde_json::json!({"t1": "stale_heartbeat"}));
    assert_eq!(summary["scanned"], 2);
    assert_eq!(place.world().value("tasks.status", "t1"), "open");
    watch.stop().quietly();
    assert_eq!(place.world().value("tasks.status", "t2"), "running");
}

#[test]
fn where_nothing_is_found_nothing_is_said_or_written() {
    let place = Place::queue(|world| world.alive("t1"));
    let before = place.world().dump();
    let watch = place.watch(&[]);
    watch.wait_until_it_looks(&place);
    watch.stop().quietly();
    assert_eq!(place.names(), ["orchestra.db"]);
    assert!(place.world().dump() == before);
}

#[test]
fn run_that_ends_is_reaped_once_it_has_settled() {
    let place = Place::queue(|world| world.alive("t1"));
    let watch = place.watch(&["--settle", "2s"]);
    watch.wait_until_it_looks(&place);
    place.end_run("t1");
    let summary = watch.next();
    assert_eq!(summary["reasons"]["t1"], "run_completed");
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let ended: String = place
        .connect()
        .query_row("SELECT completed_at FROM task_runs", [], |row| row.get(0))
        .unwrap();
    let waited = at(summary["swept_at"].as_str().unwrap()) - at(&ended);
    assert!(waited > chrono::TimeDelta::seconds(2), "{waited}");
}

#[test]
fn run_has_ten_seconds_to_settle_unless_it_is_said() {
    let place = Place::queue(|world| world.zombie("t1"));
    assert_eq!(place.watch(&[]).next()["settle_s"], 10.0);
    let place = Place::queue(|world| world.zombie("t1"));
    let watch = super::Watching::of(place.watcher(&[]).env("ZOMBIE_SWEEPER_SETTLE", "3s"));
    assert_eq!(watch.next()["settle_s"], 3.0);
}

#[test]
fn task_that_falls_silent_while_it_looks_on_is_reaped() {
    let place = Place::queue(|world| world.alive("t1"));
    let watch = place.watch(&["--stale-after", "3s", "--confirm", "1s"]);
    assert_eq!(watch.reaped(), ["t1"]);
}

#[test]
fn what_cannot_be_reaped_is_told_once() {
    let place = Place::queue(|world| {
        world.zombie("t1").alive("t2").sql(
            "CREATE TRIGGER mine BEFORE UPDATE ON tasks WHEN old.id = 't1' \
             BEGIN SELECT RAISE(ABORT, 'not this one'); END",
        )
    });
    let watch = place.watch(&["--settle", "0s"]);
    let summary = watch.next();
    assert_eq!(summary["failed"][0]["task_id"], "t1");
    for beat in 0..3 {
        let sql = format!("UPDATE tasks SET title = 'beat {beat}' WHERE id = 't2'");
        place.connect().execute_batch(&sql).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1_200));
    }
    place.end_run("t2");
    assert_eq!(watch.reaped(), ["t2"]);
    watch.stop().quietly();
}

#[test]
fn brake_holds_and_says_so_once() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2").alive("t3"));
    let watch = place.watch(&["--at-most", "1", "--settle", "0s"]);
    assert_eq!(watch.next()["held_back"]["due"], 2);
    place.end_run("t3");
    assert_eq!(watch.next()["held_back"]["due"], 3);
    watch.stop().quietly();
    assert_eq!(place.world().query("SELECT count(*) FROM task_events"), 0);
}

#[test]
fn people_read_it_as_text() {
    let place = Place::queue(|world| world.zombie("t1"));
    let watch = place.watch(&["--format", "text"]);
    let line = watch.lines.recv_timeout(super::PATIENCE).unwrap();
    assert_eq!(line, "Reaped 1 zombie task.");
}

#[test]
fn another_sweeper_beside_it_takes_its_share_and_all_is_reaped_once() {
    let zombies = |world| {
        (1..=500).fold(world, |world: crate::world::World, n| {
            world.zombie(&format!("t{n}"))
        })
    };
    let place = Place::queue(zombies);
    let watch = place.watch(&["--batch-size", "7"]);
    let other = place.sweeper(&["--batch-size", "5"]).run().exits(0).json();
    wait_until("all is reaped", || {
        place
            .world()
            .query("SELECT count(*) FROM tasks WHERE status = 'running'")
            == 0
    });
    let ended = watch.stop();
    assert_eq!(ended.exit, Some(0));
    let lines = ended.lines.iter();
    let mine: u64 = lines
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["reaped"].clone())
        .map(|reaped| reaped.as_u64().unwrap())
        .sum();
    assert_eq!(mine + other["reaped"].as_u64().unwrap(), 500);
    assert_eq!(
        place
            .world()
            .query("SELECT count(DISTINCT task_id) FROM task_events"),
        500
    );
    assert_eq!(place.world().query("SELECT count(*) FROM task_events"), 500);
}

#[test]
fn ledger_and_monitor_are_told() {
    let place = Place::queue(|world| world.zombie("t1"));
    let (ledger, metrics) = (place.file("ledger/ledger.db"), place.file("sweeper.prom"));
    let args = [
        "--ledger",
        ledger.to_str().unwrap(),
        "--metrics-file",
        metrics.to_str().unwrap(),
    ];
    let watch = place.watch(&args);
    assert_eq!(watch.reaped(), ["t1"]);
    wait_until("the monitor is told", || {
        fs::read_to_string(&metrics).is_ok_and(|text| text.contains("last_sweep_reaped{"))
    });
    watch.stop().quietly();
    let history = place
        .sweeper(&["--ledger", ledger.to_str().unwrap(), "history"])
        .run()
        .exits(0);
    assert!(history.stdout.contains("\"t1\""), "{}", history.stdout);
    let doctor = place
        .sweeper(&["doctor", "--ledger", ledger.to_str().unwrap()])
        .run();
    assert!(!doctor.stdout.contains("sweeper_silent"), "{}", doctor.stdout);
}

#[test]
fn only_sqlite_has_the_database_open() {
    let place = Place::queue(|world| world.zombie("t1"));
    let ledger = place.file("ledger/ledger.db");
    let watch = place.watch(&["--ledger", ledger.to_str().unwrap()]);
    assert_eq!(watch.reaped(), ["t1"]);
    wait_until("the ledger is closed", || watch.open_files(&place).len() <= 3);
    let files = watch.open_files(&place);
    assert_eq!(files, ["orchestra.db", "orchestra.db-shm", "orchestra.db-wal"]);
}

#[test]
fn undecided_tasks_are_told_of_once() {
    let place = Place::queue(|world| {
        world
            .zombie("t1")
            .alive("t2")
            .running("t3")
            .run("r3")
            .set("last_heartbeat", "not a time")
    });
    let watch = place.watch(&["--settle", "0s"]);
    assert_eq!(watch.reaped(), ["t1"]);
    place.end_run("t2");
    assert_eq!(watch.reaped(), ["t2"]);
    let said = watch.stop().stderr;
    assert_eq!(said.matches("undecided, and left alone").count(), 1, "{said}");
    assert!(said.contains("t3") && said.contains("last_heartbeat"), "{said}");
}
