//! The log on standard error, which is empty unless asked for or needed.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::Value;

use super::place::Place;
use super::program::{BINARY, Program};
use super::signals::{ended, send};

fn queue() -> Place {
    Place::queue(|world| world.zombie("t1").alive("t2"))
}

/// The lines, without their times.
#[track_caller]
fn logged(program: Program) -> String {
    let stderr = program.run().exits(0).stderr;
    let lines = stderr
        .lines()
        .map(|line| line.split_once(' ').unwrap().1.trim_start());
    lines.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn json_lines(stderr: &str) -> Vec<Value> {
    let lines = stderr.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

#[test]
fn verbose_tells_of_each_reap() {
    let place = queue();
    assert_snapshot!(logged(place.sweeper(&["-v", "--dry-run"])), @"INFO would reap task_id=t1 reason=stale_heartbeat");
    assert_snapshot!(logged(place.sweeper(&["-v"])), @"INFO reaped task_id=t1 reason=stale_heartbeat");
}

#[test]
fn more_verbose_tells_of_each_verdict() {
    let claimed = "UPDATE tasks SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = 't2'";
    let place = Place::queue(|world| world.zombie("t1").running("t2").sql(claimed));
    let logged = logged(place.sweeper(&["-vv"]));
    for task in ["t1", "t2"] {
        let verdict = logged
            .lines()
            .find(|line| line.contains("judged") && line.contains(task));
        assert!(verdict.is_some(), "{logged}");
    }
}

#[test]
fn json_lines_are_json() {
    let ran = queue().sweeper(&["-vv", "--log-format", "json"]).run().exits(0);
    let lines = json_lines(&ran.stderr);
    assert!(
        lines.iter().any(|line| line["fields"]["task_id"] == "t1"),
        "{}",
        ran.stderr
    );
}

#[test]
fn error_is_a_json_line_too() {
    let ran = queue()
        .sweeper(&["--log-format", "json", "--project", "Sci\nDEX"])
        .run()
        .exits(2);
    let lines = json_lines(&ran.stderr);
    assert_eq!(lines.len(), 1, "{}", ran.stderr);
    assert_eq!(lines[0]["level"], "ERROR");
    assert_snapshot!(lines[0]["fields"]["message"].as_str().unwrap(), @r#"no project "Sci\nDEX" in the database; it knows "SciDEX""#);
}

#[test]
fn quiet_still_tells_of_errors() {
    let place = queue();
    place.sweeper(&["-q", "-v"]).run().summary();
    for format in ["text", "json"] {
        let ran = place
            .sweeper(&["-q", "--log-format", format, "--project", "?"])
            .run();
        assert!(ran.exits(2).stderr.contains("project"));
    }
}

/// The journal takes each line for an entry, and a number in front of it for its priority.
#[test]
fn error_is_one_entry_of_the_journal() {
    let place = queue();
    let profile = place.write("queue.toml", "[tasks]\ntabel = 'jobs'\n");
    let journal = File::create(place.file("journal")).unwrap();
    let found = journal.metadata().unwrap();
    let stream = format!("{}:{}", found.dev(), found.ino());
    let program = place
        .sweeper(&["--profile", profile.to_str().unwrap()])
        .env("JOURNAL_STREAM", stream);
    program.run_into(Stdio::piped(), journal.into()).exits(65);
    let entry = fs::read_to_string(place.file("journal")).unwrap();
    assert!(entry.starts_with("<3>error: the profile "), "{entry}");
    assert_eq!(entry.lines().count(), 1, "{entry}");
}

#[test]
fn dry_run_whose_log_nobody_reads_keeps_no_worker_waiting() {
    let place =
        Place::queue_with_journal(|world| (0..1_500).fold(world, |world, n| world.zombie(&format!("t{n}"))));
    let (_reader, writer) = io::pipe().unwrap();
    let dry_run = Command::new(BINARY)
        .args(["-n", "-vv", "--db"])
        .arg(place.db())
        .stdout(Stdio::null())
        .stderr(writer)
        .spawn()
        .unwrap();
    // Once its log is stuck, all has been read.
    thread::sleep(Duration::from_secs(2));
    let worker = place.connect();
    worker.busy_timeout(Duration::ZERO).unwrap();
    worker.execute_batch("BEGIN EXCLUSIVE; ROLLBACK").unwrap();
    send("TERM", &dry_run);
    ended(dry_run);
}
