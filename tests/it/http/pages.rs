//! Pages, from one `next` to the other.

use serde_json::{Value, json};

use super::Server;
use crate::cli::place::Place;
use crate::world::World;

/// What all pages list under a key, one page behind the other.
#[track_caller]
fn all(server: &Server, path: &str, key: &str) -> Vec<Value> {
    let mut listed = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(&format!("{path}{cursor}")).ok();
        listed.extend(page[key].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => {
                assert!(next.len() <= 4096);
                cursor = format!("&cursor={next}");
            }
            None => return listed,
        }
    }
}

fn of_command_line(place: &Place, key: &str) -> Vec<Value> {
    let summary = place.sweeper(&["--dry-run"]).run().summary();
    summary[key].as_array().unwrap().clone()
}

#[test]
fn together_list_every_task_once() {
    let place = Place::queue(|world| {
        let world = (1..=25).fold(world, |world, n| world.zombie(&format!("t{n}")));
        world.zombie("undated").set("last_heartbeat", "yesterday")
    });
    let server = Server::on(&place, &[]);
    for limit in [1, 2, 7, 25, 1000] {
        let path = format!("/v1/plan?limit={limit}");
        assert_eq!(
            all(&server, &path, "task_ids"),
            of_command_line(&place, "task_ids")
        );
        assert_eq!(all(&server, &path, "undecided").len(), 1);
        assert_eq!(all(&server, &path, "zombies").len(), 25);
    }
    let page = server.get("/v1/plan?limit=2").ok();
    assert_eq!(page["reaped"], 25, "counts are of all");
    assert_eq!(page["reasons"].as_object().unwrap().len(), 2);
    assert!(server.get("/v1/plan?limit=26").ok()["next"].is_null());
}

#[test]
fn in_the_order_of_numbers() {
    let place = Place::queue(|world: World| {
        let world = world.redeclare("tasks", "id TEXT PRIMARY KEY", "id INTEGER PRIMARY KEY");
        [10, 9, -3, 100].into_iter().fold(world, |world, id| {
            world.running(id).run(format!("r{id}")).heartbeat("16m ago")
        })
    });
    let server = Server::on(&place, &[]);
    let listed = all(&server, "/v1/plan?limit=1", "task_ids");
    assert_eq!(listed, ["-3", "9", "10", "100"]);
}

#[test]
fn of_ids_that_begin_alike_for_very_long() {
    let long = "x".repeat(1_000_000);
    let place = Place::queue(|world| {
        world
            .zombie("t")
            .zombie(&format!("{long}a"))
            .zombie(&format!("{long}b"))
    });
    let server = Server::on(&place, &[]);
    let mut listed = all(&server, "/v1/plan?limit=1", "task_ids");
    listed.sort_by_key(|id| id.as_str().unwrap().to_owned());
    assert_eq!(listed, of_command_line(&place, "task_ids"));
}

#[test]
fn next_stands_when_the_queue_changes() {
    let place = Place::queue(|world| (1..=5).fold(world, |world, n| world.zombie(&format!("t{n}"))));
    let server = Server::on(&place, &[]);
    let first = server.get("/v1/plan?limit=2").ok();
    assert_eq!(first["task_ids"], json!(["t1", "t2"]));
    server
        .post("/v1/sweeps", &json!({ "tasks": ["t1", "t2", "t4"] }))
        .ok();
    let next = first["next"].as_str().unwrap();
    let second = server.get(&format!("/v1/plan?limit=2&cursor={next}")).ok();
    assert_eq!(second["task_ids"], json!(["t3", "t5"]));
}

#[test]
fn of_a_history_of_one_moment() {
    let place = Place::queue(|world| (1..=7).fold(world, |world, n| world.zombie(&format!("t{n}"))));
    place.sweeper(&[]).run().exits(0);
    place.sweeper(&[]).run().exits(0);
    let server = Server::on(&place, &[]);
    let ran = place.sweeper(&["history"]).run().exits(0);
    let history: Value = serde_json::from_str(&ran.stdout).unwrap();
    let ids = |reaps: &[Value]| {
        let ids = reaps.iter().map(|reap| reap["task_id"].clone());
        ids.collect::<Vec<_>>()
    };
    let wanted = ids(history["reaps"].as_array().unwrap());
    assert_eq!(wanted.len(), 7);
    for limit in [1, 3, 7] {
        let path = format!("/v1/history?limit={limit}");
        assert_eq!(ids(&all(&server, &path, "reaps")), wanted);
    }
    let page = server.get("/v1/history?limit=3").ok();
    assert_eq!((&page["total"], &page["limit"]), (&json!(7), &json!(3)));
}

#[test]
fn from_nowhere_are_refused() {
    let place = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &[]);
    let long = "A".repeat(5_000);
    for cursor in ["=", "A", "%2B", "AB%00", "a%20b", "AQ==", "%E2%82%AC", &long] {
        for path in ["/v1/plan", "/v1/history"] {
            let problem = server.get(&format!("{path}?cursor={cursor}")).problem(422);
            assert_eq!(problem["errors"][0]["loc"], json!(["query", "cursor"]));
        }
    }
    // Any place is one, whether somebody was told of it or not.
    let beyond = server.get("/v1/plan?cursor=_____w").ok();
    assert_eq!(beyond["task_ids"], json!([]));
    assert_eq!(beyond["reaped"], 1);
    server.get("/v1/history?cursor=_____________________w").ok();
}
