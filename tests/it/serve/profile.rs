//! The profile that all who ask a server go by: one, read when it starts, and again when that is asked for.

use std::process::Command;
use std::thread;

use serde_json::{Value, json};

use super::client::{Answer, get, post};
use super::place::Served;
use crate::cli::place::Place;
use crate::cli::program::{BINARY, Program};
use crate::cli::signals::{send, wait_until};

const WITHOUT_KEEP: &str = "[tasks]\nwhere = \"t.id <> 'keep'\"\n";
const WITHOUT_T1: &str = "[tasks]\nwhere = \"t.id <> 't1'\"\n";

/// Two zombies, of which the profile leaves one out.
fn queue() -> Place {
    let place = Place::queue(|world| world.zombie("t1").zombie("keep"));
    place.write("mine.toml", WITHOUT_KEEP);
    place
}

impl Place {
    /// A server by its own profile, without a terminal that could hang up.
    fn serve_by_its_profile(&self, args: &[&str]) -> Served {
        let mut command = Command::new("setsid");
        command.args(["env", "--default-signal=HUP", BINARY, "--db"]);
        command
            .arg(self.db())
            .args(["serve", "--listen", "127.0.0.1:0", "--profile"]);
        command.arg(self.file("mine.toml")).args(args);
        self.started(command)
    }

    fn started(&self, command: Command) -> Served {
        let server = Program::by(command).env("XDG_STATE_HOME", self.file("state"));
        Served::of(server.env("STATE_DIRECTORY", "").start(), self)
    }

    #[track_caller]
    fn is_running(&self, task: &str) {
        assert_eq!(self.world().value("tasks.status", task), "running");
    }
}

fn sent(served: &Served, path: &str, body: &Value) -> Answer {
    served.ask(&post(path, &body.to_string()).bearer(&served.token("write")))
}

#[track_caller]
fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).expect(&answer.body)
}

/// What it would reap.
#[track_caller]
fn due(served: &Served) -> Value {
    let answer = served.ask(&get("/v1/plan").bearer(&served.token("read")));
    json(&answer.is(200))["task_ids"].clone()
}

#[track_caller]
fn reaped(served: &Served) -> Value {
    json(&sent(served, "/v1/sweeps", &json!({})).is(200))["task_ids"].clone()
}

#[test]
fn pipe_is_drained_once_and_holds_for_all() {
    let place = queue();
    let mut shell = Command::new("bash");
    let line = format!(
        "exec {BINARY} --db {} serve --no-watch --listen 127.0.0.1:0 --profile <(cat {})",
        place.db().display(),
        place.file("mine.toml").display()
    );
    shell.args(["-c", &line]);
    let served = place.started(shell);
    assert_eq!(due(&served), json!(["t1"]));
    assert_eq!(reaped(&served), json!(["t1"]));
    place.is_running("keep");
}

#[test]
fn edit_is_not_heeded_before_that_is_asked_for() {
    let place = queue();
    let served = place.serve_by_its_profile(&["--no-watch"]);
    place.write("mine.toml", WITHOUT_T1);
    assert_eq!(reaped(&served), json!(["t1"]));
    place.is_running("keep");
}

#[test]
fn desk_and_watch_go_by_the_same_before_and_after() {
    let place = queue();
    let served = place.serve_by_its_profile(&["--settle", "0s"]);
    wait_until("the watch has reaped", || {
        place.world().value("tasks.status", "t1") == "open"
    });
    place.write("mine.toml", "[tasks.words]\nopen = \"waiting\"\n");
    assert_eq!(due(&served), json!([]));
    place.is_running("keep");
    send("HUP", &served.child);
    wait_until("the watch goes by the other", || {
        place.world().value("tasks.status", "keep") == "waiting"
    });
    let schema = served.ask(&get("/v1/schema").bearer(&served.token("read")));
    assert_eq!(json(&schema.is(200))["words"]["open"], json!(["waiting"]));
}

#[test]
fn plans_that_were_kept_before_are_forgotten() {
    let place = queue();
    let served = place.serve_by_its_profile(&["--no-watch"]);
    let plan = json(&sent(&served, "/v1/plans", &json!({})).is(201));
    let rewritten = format!("{WITHOUT_KEEP}[tasks.words]\nopen = \"waiting\"\n");
    place.write("mine.toml", rewritten);
    send("HUP", &served.child);
    let path = format!("/v1/plans/{}", plan["plan_id"].as_str().unwrap());
    wait_until("it is forgotten", || {
        served
            .ask(&get(path.clone()).bearer(&served.token("write")))
            .status
            == 404
    });
    sent(&served, "/v1/sweeps", &json!({ "plan_id": plan["plan_id"] })).is(404);
    place.is_running("t1");
    assert_eq!(reaped(&served), json!(["t1"]));
    assert_eq!(place.world().value("tasks.status", "t1"), "waiting");
}

#[test]
fn one_that_cannot_be_read_holds_all_up_until_it_can() {
    let place = queue();
    let mut served = place.serve_by_its_profile(&["--no-watch"]);
    let plan = json(&sent(&served, "/v1/plans", &json!({})).is(201));
    for broken in ["", "[tasks"] {
        place.write("mine.toml", broken);
        send("HUP", &served.child);
        served.says("nothing is told or reaped until the profile can be read");
        sent(&served, "/v1/sweeps", &json!({})).is(503);
        served
            .ask(&get("/v1/schema").bearer(&served.token("read")))
            .is(503);
    }
    place.write("mine.toml", WITHOUT_T1);
    sent(&served, "/v1/sweeps", &json!({ "plan_id": plan["plan_id"] })).is(409);
    assert_eq!(reaped(&served), json!(["keep"]));
    place.is_running("t1");
}

/// Also one that has begun: it waits between its two looks.
#[test]
fn sweep_that_waits_is_called_off_when_another_is_read() {
    let place = queue();
    for edited in [WITHOUT_T1, ""] {
        place.write("mine.toml", WITHOUT_KEEP);
        let mut served = place.serve_by_its_profile(&["--no-watch", "--confirm", "10m", "-v"]);
        let address = served.address.clone();
        let request = post("/v1/sweeps", "{}").bearer(&served.token("write"));
        let answer = thread::spawn(move || address.ask(&request));
        served.says("looks twice");
        place.write("mine.toml", edited);
        send("HUP", &served.child);
        let answer = answer.join().unwrap().is(409);
        assert!(answer.body.contains("read anew meanwhile"), "{}", answer.body);
        place.is_running("t1");
    }
}
