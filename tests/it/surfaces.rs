//! One queue, every verb, and all surfaces: they say the same of it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};

use crate::cli::place::Place;
use crate::http::Server;
use crate::mcp::client::{BOTH, Client, asks, yes};
use crate::world::World;

/// What differs from one moment to the next, and how long a page is.
const ASIDE: [&str; 10] = [
    "as_of",
    "swept_at",
    "looked_at",
    "unparked_at",
    "duration_ms",
    "since",
    "age_s",
    "silence_s",
    "zombie_in_s",
    "limit",
];

/// What only a surface that gives pages says, or one that keeps plans.
const OF_PAGES: [&str; 6] = ["next", "plan_id", "expires_at", "planned", "consent", "is_cut"];

/// What a server does without being told, told to the command line: it sees the moment between two transactions of a worker.
const AS_SERVED: [&str; 2] = ["--settle", "10s"];

/// Of each kind something: what a verb tells of.
fn queue() -> Place {
    let place = Place::queue(|world: World| {
        world
            .zombie("t1")
            .zombie("t2")
            .alive("t3")
            .alive("t4")
            .alive("t5")
            .running("undated")
            .run("r6")
            .set("started_at", "yesterday")
            .workspace("w1")
            .set("task_id", "t1")
            .project("other")
            .zombie("t6")
    });
    place
        .sweeper(&["--task", "t6", "--park-after", "1"])
        .run()
        .exits(0);
    place
}

/// Another queue that is the same.
fn copy(place: &Place) -> Place {
    let other = Place::empty();
    fs::copy(place.db(), other.db()).unwrap();
    other
}

/// As the command line has it.
#[track_caller]
fn typed(place: &Place, args: &[&str]) -> Value {
    let ran = place.sweeper(args).run().exits(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[track_caller]
fn same(typed: Value, served: Value) {
    let mut differences = Vec::new();
    compare("", &settled(typed), &settled(served), &mut differences);
    assert!(differences.is_empty(), "{differences:#?}");
}

/// Says of each place where they differ what stands there.
fn compare(place: &str, one: &Value, other: &Value, differences: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let keys: BTreeSet<_> = one.keys().chain(other.keys()).collect();
            for key in keys {
                let of = |members: &Map<String, Value>| members.get(key).cloned().unwrap_or_default();
                compare(&format!("{place}/{key}"), &of(one), &of(other), differences);
                assert_eq!(one.contains_key(key), other.contains_key(key), "{place}/{key}");
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                compare(&format!("{place}/{index}"), one, other, differences);
            }
        }
        _ if one == other => {}
        _ => differences.push(format!("{place}: {one} / {other}")),
    }
}

/// Without what the clock says. In sentences it is told from the rest by its digits.
fn settled(json: Value) -> Value {
    match json {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(key, _)| {
                let key = key.as_str();
                !ASIDE.contains(&key) && !OF_PAGES.contains(&key)
            });
            Value::Object(kept.map(|(key, value)| (key, settled(value))).collect())
        }
        Value::Array(values) => values.into_iter().map(settled).collect(),
        Value::String(text) if text.starts_with('{') => without_age(&text).into(),
        Value::String(text) if is_of_now(&text) => "now".into(),
        Value::String(text) if is_sentence(&text) => without_times(&text).into(),
        other => other,
    }
}

/// Whether it is a moment after those that the stories tell of.
fn is_of_now(text: &str) -> bool {
    text.len() >= 20 && text.starts_with("20") && text.contains('T') && *text > *"2026-04-12"
}

/// JSON within a value, which may be cut short.
fn without_age(json: &str) -> String {
    let members = json.split(',').filter(|member| !member.contains("age_s"));
    members.collect::<Vec<_>>().join(",")
}

fn is_sentence(text: &str) -> bool {
    text.contains(' ')
}

fn without_times(text: &str) -> String {
    let words = text.split(' ').filter(|word| !is_of_a_time(word));
    words.collect::<Vec<_>>().join(" ")
}

/// A number, or the unit behind one.
fn is_of_a_time(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.starts_with(|c: char| c.is_ascii_digit()) || ["s", "min", "h", "d"].contains(&word)
}

#[test]
fn questions_are_answered_alike() {
    let place = queue();
    let server = Server::on(&place, &[]);
    let [settle, time] = AS_SERVED;
    let mut models = BOTH.map(|protocol| Client::with(&place, protocol, asks(), &AS_SERVED));
    for (args, path, tool, arguments) in [
        (
            &["--dry-run", "--evidence", settle, time][..],
            "/v1/plan?limit=1000",
            "plan",
            json!({ "limit": 1000 }),
        ),
        (
            &["--dry-run", "--evidence", "--project", "other", settle, time],
            "/v1/plan?project=other",
            "plan",
            json!({ "project": "other" }),
        ),
        (
            &[
                "--dry-run",
                "--evidence",
                "--task",
                "t2",
                "--task",
                "t3",
                settle,
                time,
            ],
            "/v1/plan?task=t2&task=t3",
            "plan",
            json!({ "tasks": ["t2", "t3"] }),
        ),
        (
            &["explain", "t1", settle, time],
            "/v1/explain?task=t1",
            "explain",
            json!({ "task": "t1" }),
        ),
        (
            &["explain", "t3", settle, time],
            "/v1/explain?task=t3",
            "explain",
            json!({ "task": "t3" }),
        ),
        (
            &["explain", "t6", settle, time],
            "/v1/explain?task=t6",
            "explain",
            json!({ "task": "t6" }),
        ),
        (&["history"], "/v1/history", "history", json!({})),
        (
            &["history", "--project", "other"],
            "/v1/history?project=other",
            "history",
            json!({ "project": "other" }),
        ),
        (
            &["history", "--task", "t1", "--since", "1h"],
            "/v1/history?task=t1&since=1h",
            "history",
            json!({ "task": "t1", "since": "1h" }),
        ),
        (&["outcomes"], "/v1/outcomes", "outcomes", json!({})),
        (
            &["outcomes", "--suggest", "--horizon", "1h"],
            "/v1/outcomes?suggest=true&horizon=1h",
            "outcomes",
            json!({ "suggest": true, "horizon": "1h" }),
        ),
        (&["doctor", settle, time], "/v1/doctor", "doctor", json!({})),
        (&["schema"], "/v1/schema", "schema", json!({})),
    ] {
        let typed = typed(&place, args);
        same(typed.clone(), server.get(path).ok());
        for model in &mut models {
            same(typed.clone(), model.answer(tool, arguments.clone()));
        }
    }
}

#[test]
fn sweeps_do_and_say_the_same() {
    let place = queue();
    let other = copy(&place);
    let server = Server::on(&other, &[]);
    let [settle, time] = AS_SERVED;
    same(
        typed(&place, &[settle, time]),
        server.post("/v1/sweeps", &json!({})).ok(),
    );
    let reaped = |place: &Place| {
        let tasks = "SELECT count(*) FROM tasks WHERE status = 'open'";
        place.world().query(tasks)
    };
    assert_eq!(reaped(&place), 2);
    assert_eq!(reaped(&other), 2);
}

#[test]
fn parked_task_is_opened_alike() {
    let place = queue();
    let other = copy(&place);
    let server = Server::on(&other, &[]);
    same(
        typed(&place, &["unpark", "t6"]),
        server.post("/v1/unpark", &json!({ "task": "t6" })).ok(),
    );
}

#[test]
fn sweeps_of_a_plan_do_and_say_the_same() {
    let place = queue();
    let others = BOTH.map(|protocol| (protocol, copy(&place)));
    let server = Server::on(&place, &[]);
    let plan = server.post("/v1/plans", &json!({})).json()["plan_id"].clone();
    let swept = server.post("/v1/sweeps", &json!({ "plan_id": plan })).ok();
    for (protocol, other) in &others {
        let mut model = Client::with(other, *protocol, asks(), &AS_SERVED);
        let plan = model.plan();
        let said = model.sweep(&plan, &yes())["structuredContent"].clone();
        same(swept.clone(), said);
        assert_eq!(other.world().value("tasks.status", "t1"), "open");
    }
}
