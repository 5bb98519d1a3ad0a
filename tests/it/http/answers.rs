//! What answers say, and of when.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::Server;
use crate::cli::place::Place;
use crate::world::World;

fn queue() -> Place {
    Place::queue(|world| {
        world
            .zombie("t1")
            .alive("t2")
            .running("t3")
            .run("r3")
            .set("started_at", "yesterday")
    })
}

/// Holds an answer to its schema in the document that is served.
#[track_caller]
fn check(document: &Value, path: &str, answer: &Value) {
    let path = path.split('?').next().unwrap();
    let content = &document["paths"][path]["get"]["responses"]["200"]["content"];
    let mut schema = content["application/json"]["schema"].clone();
    assert!(schema.is_object(), "{path} is in the document");
    schema["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(answer)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{path}: {errors:?} in {answer:#}");
}

#[test]
fn each_is_as_the_document_says_and_tells_of_when() {
    let place = queue();
    place.sweeper(&["--task", "t1"]).run().exits(0);
    let server = Server::on(&place, &[]);
    let document = server.get("/openapi.json").ok();
    for path in [
        "/v1/plan",
        "/v1/explain?task=t1",
        "/v1/history",
        "/v1/outcomes?suggest=true",
        "/v1/doctor",
        "/v1/schema",
    ] {
        let answer = server.get(path).ok();
        check(&document, path, &answer);
        assert!(answer["looked_at"].is_string(), "{path}");
    }
}

#[test]
fn many_who_ask_the_same_cost_the_queue_one_look() {
    let place = Place::queue_with_journal(|world| world.zombie("t1"));
    let server = Server::on(&place, &["--busy-timeout", "1m"]);
    let orchestrator = place.connect();
    orchestrator.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let looks: BTreeSet<_> = thread::scope(|scope| {
        let ask = || server.get("/v1/plan").ok()["looked_at"].to_string();
        let asking: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
        thread::sleep(Duration::from_millis(300));
        orchestrator.execute_batch("COMMIT").unwrap();
        asking.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    // Who comes so late that the first answer is old has another.
    assert!(looks.len() <= 3, "{looks:?}");
}

#[test]
fn what_was_written_is_seen_at_once() {
    let place = queue();
    let server = Server::on(&place, &[]);
    assert_eq!(server.get("/v1/plan").ok()["task_ids"], json!(["t1"]));
    let swept = server.post("/v1/sweeps", &json!({})).ok();
    assert_eq!(swept["task_ids"], json!(["t1"]));
    assert_eq!(server.get("/v1/plan").ok()["task_ids"], json!([]));
    assert_eq!(server.get("/v1/history").ok()["total"], 1);
}

#[test]
fn narrowed_to_tasks_and_a_project() {
    let place = Place::queue(|world: World| {
        world
            .zombie("t1")
            .zombie("t2")
            .zombie("a b&c")
            .project("other")
            .zombie("t3")
    });
    let server = Server::on(&place, &[]);
    let ids = |path: &str| server.get(path).ok()["task_ids"].clone();
    assert_eq!(ids("/v1/plan?task=a+b%26c&task=t2"), json!(["a b&c", "t2"]));
    assert_eq!(ids("/v1/plan?project=other"), json!(["t3"]));
    server.get("/v1/plan?project=nobodys").problem(404);
    server.get("/v1/plan?task=nobodys").problem(404);
}

#[test]
fn nothing_widens_what_the_operator_gave() {
    let place = Place::queue(|world| world.zombie("t1").project("other").zombie("t2"));
    let server = Server::on(&place, &["--project", "SciDEX"]);
    assert_eq!(server.get("/v1/plan").ok()["task_ids"], json!(["t1"]));
    server.get("/v1/plan?project=other").problem(404);
    server
        .post("/v1/sweeps", &json!({ "project": "other" }))
        .problem(404);
    server.post("/v1/sweeps", &json!({})).ok();
    let left = place.sweeper(&["--dry-run"]).run().summary();
    assert_eq!(left["task_ids"], json!(["t2"]));
}

/// Its name is not what a request asked for: that it is gone is the server's trouble, and says nothing of the others.
#[test]
fn project_that_was_renamed_is_gone_and_no_other_is_named() {
    let place = Place::queue(|world| world.zombie("t1").project("Zebra").zombie("t2"));
    let server = Server::on(&place, &["--project", "SciDEX"]);
    let renamed = "UPDATE projects SET name = 'new' WHERE name = 'SciDEX'";
    drop(place.world().sql(renamed));
    let answers = [
        "/v1/plan?limit=7",
        "/v1/history",
        "/v1/outcomes",
        "/v1/explain?task=t1",
        "/",
    ]
    .map(|path| server.get(path));
    let swept = server.post("/v1/sweeps", &json!({}));
    for answer in answers.into_iter().chain([swept]) {
        assert_eq!(answer.status(), 503, "{}", answer.body());
        assert!(
            answer.body().contains("no longer in the database"),
            "{}",
            answer.body()
        );
        assert!(!answer.body().contains("Zebra"), "{}", answer.body());
    }
}

#[test]
fn monitor_is_told_of_the_last_sweep() {
    let place = queue();
    let server = Server::on(&place, &[]);
    server.post("/v1/sweeps", &json!({})).ok();
    let told = server.get("/metrics");
    assert_eq!(told.status(), 200);
    let form = told.head("content-type").unwrap();
    assert!(form.starts_with("text/plain; version=0.0.4"), "{form}");
    let reaped = told
        .body()
        .lines()
        .any(|line| line.starts_with("zombie_sweeper_last_sweep_reaped") && line.ends_with(" 1"));
    assert!(reaped, "{}", told.body());
}

#[test]
fn docs_show_every_operation_without_a_script() {
    let place = queue();
    let server = Server::on(&place, &[]);
    let document = server.get("/openapi.json").ok();
    let page = server.get("/docs");
    assert_eq!(page.status(), 200);
    assert!(!page.body().contains("<script"));
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let shown = format!("{} {path}", method.to_uppercase());
            assert!(page.body().contains(&shown), "{shown}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let about = parameter["description"].as_str().unwrap_or_default();
                assert!(!about.is_empty(), "{shown}: {}", parameter["name"]);
            }
        }
    }
}
