//! What the file says.

use std::fs;

use chrono::DateTime;
use zombie_sweeper::metrics::seconds;

use super::super::place::Place;
use super::super::program::{Program, zombie_sweeper};
use super::super::signals::{ended, send, wait_until};
use super::NAME;

const TIMES: [&str; 2] = ["last_sweep_timestamp_seconds", "last_success_timestamp_seconds"];

fn queue() -> Place {
    Place::queue(|world| world.zombie("t1").alive("t2"))
}

/// How the last sweep ended: its success, its exit code, and whether the last success is this sweep.
fn outcome(place: &Place) -> (f64, f64, bool) {
    let told = place.metrics();
    let [sweep, success] = TIMES.map(|time| told[time]);
    (
        told["last_sweep_success"],
        told["last_sweep_exit_code"],
        sweep == success,
    )
}

#[test]
fn sweep_that_reaped() {
    let place = queue();
    let summary = place.measured(&[]).run().summary();
    let told = place.metrics();
    assert_eq!(outcome(&place), (1.0, 0.0, true));
    let began = DateTime::parse_from_rfc3339(summary["swept_at"].as_str().unwrap()).unwrap();
    assert_eq!(told[TIMES[0]], seconds(began.to_utc()));
    for (series, count) in [
        ("last_sweep_scanned", 2.0),
        ("last_sweep_healthy", 1.0),
        ("last_sweep_reaped", 1.0),
        ("last_sweep_reaped_by_reason{reason=\"stale_heartbeat\"}", 1.0),
        ("last_sweep_transactions", 1.0),
        ("last_sweep_failed", 0.0),
    ] {
        assert_eq!(told[series], count, "{series}");
    }
    assert!(told["last_sweep_oldest_silence_seconds{of=\"zombies\"}"] > 960.0);
}

#[test]
fn summary_is_the_same_with_it() {
    let without = queue().sweeper(&[]).run().summary();
    let with = queue().measured(&[]).run().summary();
    let keys = |summary: &serde_json::Value| {
        let keys = summary.as_object().unwrap().keys();
        keys.cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys(&with), keys(&without));
}

#[test]
fn by_its_variable() {
    let place = queue();
    let file = place.metrics_file();
    place
        .sweeper(&[])
        .env("ZOMBIE_SWEEPER_METRICS_FILE", &file)
        .run()
        .summary();
    assert_eq!(place.metrics()["last_sweep_reaped"], 1.0);
}

/// The next one tells of itself alone.
#[test]
fn sweep_after_it() {
    let place = queue();
    place.measured(&[]).run().summary();
    place.measured(&[]).run().summary();
    let told = place.metrics();
    assert_eq!(
        (told["last_sweep_reaped"], told["last_sweep_scanned"]),
        (0.0, 1.0)
    );
}

#[test]
fn zombies_that_a_monitor_is_told_of_are_no_failure() {
    let place = queue();
    place.measured(&["--fail-on-zombies"]).run().exits(3);
    assert_eq!(outcome(&place), (1.0, 3.0, true));
}

#[test]
fn failed_sweep_keeps_the_last_success() {
    let place = queue();
    place.measured(&[]).run().summary();
    let success = place.metrics()[TIMES[1]];
    let orchestrator = place.world().project("Lattice").zombie("t3");
    orchestrator.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    place.measured(&["--busy-timeout", "50ms"]).run().exits(75);
    assert_eq!(outcome(&place), (0.0, 75.0, false));
    let told = place.metrics();
    assert_eq!(told[TIMES[1]], success);
    assert!(told[TIMES[0]] > success);
    assert!(!told.contains_key("last_sweep_scanned"), "it could not tell");
    place.measured(&["--busy-timeout", "50ms"]).run().exits(75);
    assert_eq!(place.metrics()[TIMES[1]], success);
    drop(orchestrator);
    place.measured(&[]).run().summary();
    assert_eq!(outcome(&place), (1.0, 0.0, true));
}

#[test]
fn sweep_that_never_succeeded() {
    let place = Place::empty();
    place.measured(&[]).run().exits(66);
    assert_eq!(place.metrics()[TIMES[1]], 0.0);
    assert_eq!(outcome(&place), (0.0, 66.0, false));
}

/// Whatever it fails at, and as the same series: a monitor would take another one for another queue.
#[test]
fn failures_of_every_kind() {
    let place = queue();
    place.measured(&["--project", "SciDEX"]).run().summary();
    let labels = |place: &Place| {
        let text = fs::read_to_string(place.metrics_file()).unwrap();
        let line = text.lines().find(|line| line.contains("_success{")).unwrap();
        line.rsplit_once(' ').unwrap().0.to_owned()
    };
    let first = labels(&place);
    place
        .connect()
        .execute_batch("ALTER TABLE tasks RENAME TO jobs")
        .unwrap();
    place.measured(&["--project", "SciDEX"]).run().exits(65);
    assert_eq!((outcome(&place).1, labels(&place)), (65.0, first.clone()));
    fs::remove_file(place.db()).unwrap();
    place.measured(&["--project", "SciDEX"]).run().exits(66);
    assert_eq!((outcome(&place).1, labels(&place)), (66.0, first));
    let no_profile = place.file("no.toml");
    let args = ["--profile", no_profile.to_str().unwrap()];
    fs::remove_file(place.metrics_file()).unwrap();
    place.measured(&args).run().exits(66);
    assert_eq!(outcome(&place), (0.0, 66.0, false));
}

/// What was committed is told of; that it was not all, too.
#[test]
fn row_that_cannot_be_written() {
    let place = Place::queue(|world| {
        world.zombie("t1").zombie("t2").sql(
            "CREATE TRIGGER no BEFORE UPDATE ON tasks WHEN old.id = 't2' BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
    });
    place.measured(&[]).run().exits(1);
    let told = place.metrics();
    assert_eq!((told["last_sweep_reaped"], told["last_sweep_failed"]), (1.0, 1.0));
    assert_eq!(outcome(&place), (0.0, 1.0, false));
}

#[test]
fn sweep_that_was_stopped() {
    let place = queue();
    let sweep = place.measured(&["--confirm", "60s", "-v"]).start();
    let opened = format!("/proc/{}/fd", sweep.id());
    wait_until("it has opened the database", || {
        let mut files = fs::read_dir(&opened).into_iter().flatten().flatten();
        files.any(|file| fs::read_link(file.path()).is_ok_and(|file| file == place.db()))
    });
    send("TERM", &sweep);
    ended(sweep).exits(143);
    assert_eq!(outcome(&place), (0.0, 143.0, false));
}

/// It would hide from the monitor that no sweep takes place.
#[test]
fn dry_run_writes_none() {
    let place = queue();
    place.untouched(|| place.measured(&["--dry-run"]).run().summary());
    place.measured(&[]).run().summary();
    place.untouched(|| place.measured(&["--dry-run"]).run().summary());
}

/// Two files of one folder with the same series would cost the monitor all of them.
#[test]
fn instances_share_no_series() {
    let place = queue();
    let told = |program: Program| {
        program.run();
        let told = fs::read_to_string(place.metrics_file()).unwrap();
        fs::remove_file(place.metrics_file()).unwrap();
        told
    };
    let series = |told: &str| {
        let lines = told.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.rsplit_once(' ').unwrap().0.to_owned())
            .collect::<Vec<_>>()
    };
    let all = series(&told(place.measured(&[])));
    let file = place.metrics_file();
    for other in [
        place.measured(&["--project", "SciDEX"]),
        place.measured(&["--project", "all"]),
        place.measured(&["--profile", "river"]),
        zombie_sweeper(["--db", "/no/such.db", "--metrics-file", file.to_str().unwrap()]),
    ] {
        let told = told(other);
        assert!(series(&told).iter().all(|series| !all.contains(series)), "{told}");
    }
    let by_its_name = zombie_sweeper(["--db", "orchestra.db", "--metrics-file", NAME]);
    assert_eq!(series(&told(by_its_name.in_folder(place.path()))), all);
}

#[test]
fn hostile_names() {
    let name = "\"} 1\nevil{a=\"";
    let place = Place::queue(|world| world.project(name).zombie("t1"));
    place.measured(&["--project", name]).run().summary();
    let told = fs::read_to_string(place.metrics_file()).unwrap();
    assert!(
        told.lines()
            .all(|line| line.starts_with('#') || line.starts_with("zombie_sweeper_"))
    );
    assert!(told.contains(r#"project="\"} 1\nevil{a=\"""#), "{told}");
}
