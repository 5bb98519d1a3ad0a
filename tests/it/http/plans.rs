//! Plans that are kept, and sweeps.

use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};

use super::Server;
use crate::cli::place::Place;

#[test]
fn reaps_what_it_lists_and_nothing_else() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2"));
    let server = Server::on(&place, &[]);
    let made = server.post("/v1/plans", &json!({ "tasks": ["t1"] }));
    assert_eq!(made.status(), 201, "{}", made.body());
    let plan = made.json();
    assert_eq!(plan["task_ids"], json!(["t1"]));
    assert!(plan["expires_at"].is_string());

    let kept = server.get(made.head("location").unwrap()).ok();
    assert_eq!(kept, plan, "to read it is not to use it");

    let swept = server
        .post("/v1/sweeps", &json!({ "plan_id": plan["plan_id"] }))
        .ok();
    assert_eq!(swept["task_ids"], json!(["t1"]));
    let left = place.sweeper(&["--dry-run"]).run().summary();
    assert_eq!(left["task_ids"], json!(["t2"]));
}

#[test]
fn is_used_once() {
    let place = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &[]);
    let plan = server.post("/v1/plans", &json!({})).json();
    let sweep = json!({ "plan_id": plan["plan_id"] });
    server.post("/v1/sweeps", &sweep).ok();
    server.post("/v1/sweeps", &sweep).problem(404);
    let path = format!("/v1/plans/{}", plan["plan_id"].as_str().unwrap());
    server.get(&path).problem(404);
}

#[test]
fn is_read_page_by_page() {
    let place = Place::queue(|world| (1..=60).fold(world, |world, n| world.zombie(&format!("t{n:02}"))));
    let server = Server::on(&place, &[]);
    let plan = server.post("/v1/plans", &json!({})).json();
    assert_eq!(plan["reaped"], 60);
    assert_eq!(plan["task_ids"].as_array().unwrap().len(), 50);
    let path = format!(
        "/v1/plans/{}?limit=50&cursor={}",
        plan["plan_id"].as_str().unwrap(),
        plan["next"].as_str().unwrap()
    );
    let rest = server.get(&path).ok();
    assert_eq!(rest["task_ids"].as_array().unwrap().len(), 10);
    assert!(rest["next"].is_null());
}

#[test]
fn or_a_scope_and_not_both() {
    let place = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &[]);
    let plan = server.post("/v1/plans", &json!({})).json();
    let id = &plan["plan_id"];
    for body in [
        json!({ "plan_id": id, "project": "SciDEX" }),
        json!({ "plan_id": id, "tasks": ["t1"] }),
        json!({ "plan_id": "nonsense" }),
        json!({ "plan_id": null }),
        json!({ "plan": id }),
    ] {
        server.post("/v1/sweeps", &body).problem(422);
    }
    let left = place.sweeper(&["--dry-run"]).run().summary();
    assert_eq!(left["reaped"], 1, "nothing was reaped");
}

/// Whoever has found nothing to sweep, or sends something else altogether, does not mean all there is.
#[test]
fn nothing_is_not_everything() {
    let place = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &[]);
    for body in [
        json!({ "tasks": [] }),
        json!([]),
        json!([null, null]),
        json!([null, ["t1"], null]),
        json!(null),
        json!("t1"),
    ] {
        let problem = server.post("/v1/sweeps", &body).problem(422);
        assert_eq!(problem["errors"][0]["loc"][0], "body", "{body}");
    }
    let left = place.sweeper(&["--dry-run"]).run().summary();
    assert_eq!(left["reaped"], 1, "nothing was reaped");
}

#[test]
fn two_sweeps_at_once_are_one() {
    let place = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &["--busy-timeout", "1m"]);
    let worker = place.connect();
    worker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (say, said) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..2 {
            let say = say.clone();
            let server = &server;
            scope.spawn(move || say.send(server.post("/v1/sweeps", &json!({}))).unwrap());
        }
        let refused = said.recv().unwrap();
        assert!(refused.head("retry-after").is_some());
        refused.problem(409);
        worker.execute_batch("ROLLBACK").unwrap();
        assert_eq!(said.recv().unwrap().ok()["reaped"], 1);
    });
}

#[test]
fn read_only_sweeps_nothing() {
    let place = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &["--read-only"]);
    let plan = server.post("/v1/plans", &json!({}));
    let bodies = [json!({}), json!({ "plan_id": plan.json()["plan_id"] })];
    for body in bodies {
        let problem = server.post("/v1/sweeps", &body).problem(403);
        assert!(problem["detail"].as_str().unwrap().contains("--read-only"));
    }
    server.post("/v1/unpark", &json!({ "task": "t1" })).problem(403);
    let left = place.sweeper(&["--dry-run"]).run().summary();
    assert_eq!(left["reaped"], 1, "nothing was reaped");
}

#[test]
fn parked_task_is_opened() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2").alive("t3"));
    place.sweeper(&["--park-after", "1"]).run().exits(0);
    let server = Server::on(&place, &[]);
    let opened: Value = server.post("/v1/unpark", &json!({ "task": "t1" })).ok();
    assert_eq!(opened["task_id"], "t1");
    let problem = server.post("/v1/unpark", &json!({ "task": "t1" })).problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("cannot be unparked"));
    server
        .post("/v1/unpark", &json!({ "task": "nobodys" }))
        .problem(404);
}

#[test]
fn is_of_the_file_that_was_looked_at() {
    let place = Place::queue(|world| world.zombie("t1"));
    let other = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &[]);
    let plan = server.post("/v1/plans", &json!({})).json();
    std::fs::rename(other.db(), place.db()).unwrap();
    let refused = server.post("/v1/sweeps", &json!({ "plan_id": plan["plan_id"] }));
    let detail = refused.problem(409)["detail"].to_string();
    assert!(detail.contains("another file"), "{detail}");
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
    server.post("/v1/sweeps", &json!({})).ok();
    assert_eq!(place.world().value("tasks.status", "t1"), "open");
}

#[test]
fn too_many_at_once_are_not_nothing() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2").zombie("t3"));
    let server = Server::on(&place, &["--at-most", "2"]);
    let all = server.post("/v1/plans", &json!({})).json();
    let problem = server
        .post("/v1/sweeps", &json!({ "plan_id": all["plan_id"] }))
        .problem(409);
    assert_eq!(problem["held_back"], json!({ "due": 3, "at_most": 2 }));
    assert!(problem["detail"].as_str().unwrap().contains("--at-most"));
    let page = server.get("/");
    assert!(!page.body().contains("next sweep resets them"), "{}", page.body());

    let some = server.post("/v1/plans", &json!({ "tasks": ["t1"] })).json();
    let swept = server.post("/v1/sweeps", &json!({ "plan_id": some["plan_id"] }));
    assert_eq!(swept.ok()["task_ids"], json!(["t1"]));
}

#[test]
fn a_slip_of_who_asks_is_no_failed_sweep() {
    let place = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &[]);
    server.post("/v1/sweeps", &json!({})).ok();
    server
        .post("/v1/sweeps", &json!({ "project": "Typo" }))
        .problem(404);
    let told = server.get("/metrics");
    let success = "zombie_sweeper_last_sweep_success";
    let mut lines = told.body().lines().filter(|line| line.starts_with(success));
    let line = lines.find(|line| !line.contains("timestamp")).expect(told.body());
    assert!(line.ends_with(" 1"), "{line}");
}
