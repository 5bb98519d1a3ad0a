//! Plans that are kept, and sweeps.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::Server;
use crate::cli::place::Place;
use crate::cli::signals::{long_sweep, send, wait_until};
use crate::serve::client::post;
use crate::world::World;

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
    assert!(!page.body().contains("Reap these"), "{}", page.body());

    let some = server.post("/v1/plans", &json!({ "tasks": ["t1"] })).json();
    let swept = server.post("/v1/sweeps", &json!({ "plan_id": some["plan_id"] }));
    assert_eq!(swept.ok()["task_ids"], json!(["t1"]));
}

/// What may be reaped at once is less where some was lately, and that is said wherever one is told to take fewer.
#[test]
fn those_that_were_reaped_lately_count_and_are_told() {
    let place = Place::queue(|world| ["t1", "t2", "t3", "t4"].into_iter().fold(world, World::zombie));
    let server = Server::on(&place, &["--at-most", "2"]);
    let one = server.post("/v1/plans", &json!({ "tasks": ["t1"] })).json();
    let swept = server.post("/v1/sweeps", &json!({ "plan_id": one["plan_id"] }));
    assert_eq!(swept.ok()["reaped"], 1);

    let two = server.post("/v1/plans", &json!({ "tasks": ["t2", "t3"] })).json();
    assert_eq!(two["held_back"]["reaped_lately"], 1, "{two}");
    let problem = server
        .post("/v1/sweeps", &json!({ "plan_id": two["plan_id"] }))
        .problem(409);
    assert_eq!(
        problem["held_back"],
        json!({ "due": 2, "at_most": 2, "reaped_lately": 1 })
    );
    let lately = "and 1 was in the last 15 min";
    assert!(problem["detail"].as_str().unwrap().contains(lately), "{problem}");
    let page = server.get("/?reason=stale_heartbeat");
    assert!(page.body().contains(lately), "{}", page.body());
    assert!(page.body().contains("no more than 1 of them"), "{}", page.body());
    assert!(!page.body().contains("Reap these"), "{}", page.body());

    let one = server.post("/v1/plans", &json!({ "tasks": ["t2"] })).json();
    server
        .post("/v1/sweeps", &json!({ "plan_id": one["plan_id"] }))
        .ok();
    let page = server.get("/?q=t3");
    assert!(
        page.body().contains("and 2 were in the last 15 min"),
        "{}",
        page.body()
    );
    assert!(!page.body().contains("Reap it"), "{}", page.body());
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
    let line = lines.find(|line| !line.contains("timestamp")).unwrap();
    assert!(line.ends_with(" 1"), "{line}");
}

/// It is said what to do instead.
#[test]
fn is_no_larger_than_all_may_be() {
    let long = "x".repeat(1_200_000);
    let world = |world: World| {
        let world = world.zombie(&format!("{long}a")).zombie(&format!("{long}b"));
        world.zombie("t1")
    };
    let place = Place::queue(world);
    let server = Server::on(&place, &[]);
    let problem = server.post("/v1/plans", &json!({})).problem(422);
    assert_eq!(problem["errors"][0]["loc"], json!(["body"]));
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("one of 3 tasks takes more") && detail.contains("narrow it"),
        "{detail}"
    );
    let narrowed = server.post("/v1/plans", &json!({ "tasks": ["t1"] }));
    assert_eq!(narrowed.status(), 201, "{}", narrowed.body());
}

#[test]
fn that_is_large_pushes_out_the_oldest() {
    let long = "x".repeat(1_200_000);
    let place = Place::queue(|world| world.zombie(&long));
    let server = Server::on(&place, &[]);
    let plans = [(); 2].map(|()| server.post("/v1/plans", &json!({})).json());
    let [oldest, last] = plans.map(|plan| json!({ "plan_id": plan["plan_id"] }));
    server.post("/v1/sweeps", &oldest).problem(404);
    assert_eq!(server.post("/v1/sweeps", &last).ok()["reaped"], 1);
}

/// The evidence takes most of the memory: it is on the first of many, and all are listed and swept.
#[test]
fn of_many_has_the_evidence_on_the_first() {
    let place = Place::queue(|world| (0..1_010).fold(world, |world, n| world.zombie(&format!("t{n:04}"))));
    let server = Server::on(&place, &[]);
    let plan = server.post("/v1/plans", &json!({})).json();
    let list = |page: &Value, key: &str| page[key].as_array().unwrap().len();
    assert_eq!((list(&plan, "task_ids"), list(&plan, "zombies")), (50, 50));
    let path = format!("/v1/plans/{}?limit=1000", plan["plan_id"].as_str().unwrap());
    let first = server.get(&path).ok();
    let rest = format!("{path}&cursor={}", first["next"].as_str().unwrap());
    let rest = server.get(&rest).ok();
    assert_eq!((list(&rest, "task_ids"), list(&rest, "zombies")), (10, 0));
    let swept = server.post("/v1/sweeps", &json!({ "plan_id": plan["plan_id"] }));
    assert_eq!(swept.ok()["reaped"], 1_010);
}

#[test]
fn sweep_that_fails_halfway_says_what_it_did() {
    let place = long_sweep();
    let other = place.connect();
    let server = Server::on(&place, &["--batch-size", "1", "--busy-timeout", "50ms"]);
    let reaped = "SELECT count(*) FROM task_events WHERE event_type = 'zombie_reaped'";
    let answer = thread::scope(|scope| {
        let asked = scope.spawn(|| server.post("/v1/sweeps", &json!({})));
        wait_until("something is committed", || place.world().query(reaped) != 0);
        // Between two transactions the lock is free for a moment only.
        other.busy_timeout(Duration::ZERO).unwrap();
        while other.execute_batch("BEGIN IMMEDIATE").is_err() {}
        asked.join().unwrap()
    });
    let problem = answer.problem(500);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("database is locked"), "{detail}");
    let committed = &problem["committed"];
    let count = committed["reaped"].as_i64().unwrap();
    assert_eq!(place.world().query(reaped), count);
    assert_eq!(committed["transactions"], committed["reaped"]);
}

/// How many reaps a monitor is told of that asks.
fn counted(server: &Server) -> u64 {
    let told = server.get("/metrics");
    let reaped = told.body().lines();
    let reaped = reaped.filter(|line| line.starts_with("zombie_sweeper_reaped_total{"));
    let counts = reaped.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap());
    counts.sum()
}

#[test]
fn that_is_swept_is_counted() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2"));
    let server = Server::on(&place, &[]);
    assert_eq!(counted(&server), 0);
    let plan = server.post("/v1/plans", &json!({ "tasks": ["t1"] })).json();
    server
        .post("/v1/sweeps", &json!({ "plan_id": plan["plan_id"] }))
        .ok();
    assert_eq!(counted(&server), 1);
    server.post("/v1/sweeps", &json!({})).ok();
    assert_eq!(counted(&server), 2);
}

/// What it says of its part would be taken for the queue.
#[test]
fn of_a_part_is_not_the_last_sweep_of_the_queue() {
    let place = Place::queue(|world| world.alive("t1").project("other").zombie("t2"));
    let server = Server::on(&place, &[]);
    let scanned = || {
        let told = server.get("/metrics");
        let mut lines = told.body().lines();
        lines
            .find(|line| line.starts_with("zombie_sweeper_last_sweep_scanned{"))
            .map(|line| line.rsplit(' ').next().unwrap().to_owned())
    };
    server.post("/v1/sweeps", &json!({ "project": "other" })).ok();
    assert_eq!(scanned(), None);
    server.post("/v1/sweeps", &json!({})).ok();
    assert_eq!(scanned().unwrap(), "1");
}

#[test]
fn says_how_long_its_sweep_waits_before_it_looks_again() {
    let place = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &["--confirm", "60s"]);
    assert_eq!(server.post("/v1/plans", &json!({})).json()["confirm_s"], 60.0);
    assert_eq!(server.get("/v1/plan").ok()["confirm_s"], 60.0);
}

/// In the midst of its wait for a second look, when what has ended is reaped already.
#[test]
fn sweep_that_is_stopped_halfway_says_on_a_page_too_what_it_did() {
    let place = Place::queue(|world| {
        let ended = world.running("ended").run("r1").set("status", "completed");
        ended.ended("1h ago").zombie("silent")
    });
    let served = place.answer(&["--confirm", "10m"]);
    let asked = post("/v1/sweeps", "{}").with("Accept", "text/html");
    let asked = asked.bearer(&served.token("write"));
    let answer = thread::scope(|scope| {
        let answer = scope.spawn(|| served.ask(&asked));
        wait_until("something is committed", || {
            place.world().value("tasks.status", "ended") == "open"
        });
        send("TERM", &served.child);
        answer.join().unwrap()
    });
    let answer = answer.is(500);
    assert!(answer.head.contains("text/html"), "{}", answer.head);
    for told in ["1 task reaped", "/task?task=ended", "The sweep stopped early"] {
        assert!(answer.body.contains(told), "{told}: {}", answer.body);
    }
    assert!(!answer.body.contains("/task?task=silent"), "{}", answer.body);
}
