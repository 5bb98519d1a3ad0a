//! How it ends.

use std::process::Command;

use super::super::place::Place;
use super::super::privilege::skipped;
use super::super::signals::{long_sweep, wait_until};
use super::{BINARY, Program, Watching};

#[test]
fn either_signal_ends_it_well() {
    for signal in ["TERM", "INT"] {
        let place = Place::queue(|world| world.zombie("t1"));
        let watch = place.watch(&[]);
        assert_eq!(watch.reaped(), ["t1"]);
        watch.signal(signal);
        watch.ended().quietly();
        assert_eq!(place.names(), ["orchestra.db"]);
    }
}

#[test]
fn in_the_midst_of_reaping_it_says_what_was_committed() {
    let place = long_sweep();
    let watch = place.watch(&["--batch-size", "1"]);
    wait_until("something is committed", || {
        place.world().query("SELECT count(*) > 1 FROM task_events") == 1
    });
    let ended = watch.stop();
    assert_eq!((ended.exit, ended.stderr.as_str()), (Some(0), ""));
    let [line] = &ended.lines[..] else {
        panic!("{:?}", ended.lines);
    };
    let summary: serde_json::Value = serde_json::from_str(line).unwrap();
    let reaped = summary["reaped"].as_i64().unwrap();
    assert!(reaped > 0);
    assert_eq!(place.world().query("SELECT count(*) FROM task_events"), reaped);
}

#[test]
fn while_it_waits_for_a_lock_too() {
    let place = Place::queue(|world| world.zombie("t1"));
    let holder = place.connect();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let watch = place.watch(&["--busy-timeout", "10m"]);
    watch.wait_until_it_looks(&place);
    std::thread::sleep(std::time::Duration::from_millis(300));
    watch.stop().quietly();
}

#[test]
fn where_nobody_reads_what_it_did() {
    let place = Place::queue(|world| world.zombie("t1"));
    let line = format!("{} --db {} watch | true", BINARY, place.db().display());
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("set -o pipefail; {line}")]);
    let ran = Program::by(shell).run().exits(74);
    assert!(
        ran.stderr
            .contains("1 task reaped, committed in 1 transaction: t1"),
        "{}",
        ran.stderr
    );
}

#[test]
fn without_a_terminal_a_hangup_opens_all_anew() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let profile = place.write("mine.toml", "# as built in\n");
    let watch = place.watch(&["--profile", profile.to_str().unwrap(), "--settle", "0s"]);
    assert_eq!(watch.reaped(), ["t1"]);
    place.write("mine.toml", "[tasks.words]\nopen = \"waiting\"\n");
    watch.signal("HUP");
    place.end_run("t2");
    assert_eq!(watch.reaped(), ["t2"]);
    assert_eq!(place.world().value("tasks.status", "t1"), "open");
    assert_eq!(place.world().value("tasks.status", "t2"), "waiting");
    watch.stop().quietly();
}

#[test]
fn profile_that_is_broken_by_then_is_waited_for() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let profile = place.write("mine.toml", "# as built in\n");
    let watch = place.watch(&["--profile", profile.to_str().unwrap(), "--settle", "0s"]);
    assert_eq!(watch.reaped(), ["t1"]);
    place.write("mine.toml", "no profile");
    watch.signal("HUP");
    watch.says("the profile");
    place.write("mine.toml", "# as built in\n");
    watch.says("is watched again");
    place.end_run("t2");
    assert_eq!(watch.reaped(), ["t2"]);
}

#[test]
fn hangup_of_its_terminal_ends_it_well() {
    if Command::new("script").arg("--version").output().is_err() {
        skipped("there is no `script` to make a terminal");
        return;
    }
    let place = Place::queue(|world| world.zombie("t1"));
    let line = format!(
        "{BINARY} --db {} watch > lines & until [ -s lines ]; do sleep 0.1; done; kill -HUP $!; wait $!; echo \"ended with $?\"",
        place.db().display()
    );
    let mut script = Command::new("env");
    script.args([
        "--default-signal=HUP",
        "script",
        "-q",
        "-e",
        "-c",
        &format!("bash -c '{line}'"),
        "/dev/null",
    ]);
    let ran = Program::by(script).in_folder(place.path()).run().exits(0);
    assert_eq!(ran.stdout.trim(), "ended with 0");
}

#[test]
fn hangup_that_is_ignored_is_none() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let mut shell = Command::new("sh");
    let line = format!(
        "trap '' HUP; exec {BINARY} -v --db {} watch --settle 0s",
        place.db().display()
    );
    shell.args(["-c", &line]);
    let watch = Watching::of(Program::by(shell));
    assert_eq!(watch.reaped(), ["t1"]);
    watch.signal("HUP");
    place.end_run("t2");
    assert_eq!(watch.reaped(), ["t2"]);
    let ended = watch.stop();
    assert_eq!(ended.exit, Some(0));
    assert!(!ended.stderr.contains("anew"), "{}", ended.stderr);
}
