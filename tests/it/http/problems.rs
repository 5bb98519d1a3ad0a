//! What is refused, and how that is said.

use std::fs;

use serde_json::json;

use super::Server;
use crate::cli::place::Place;
use crate::cli::signals::wait_until;
use crate::serve::client::{get, post};

fn served() -> (Place, Server) {
    let place = Place::queue(|world| world.zombie("t1"));
    let server = Server::on(&place, &[]);
    (place, server)
}

#[test]
fn every_mistake_is_told_at_once() {
    let (_place, server) = served();
    let problem = server
        .get("/v1/history?limit=0&since=yesterday&limt=5&project=&task=a&task=b&reason=%ff")
        .problem(422);
    let errors = problem["errors"].as_array().unwrap();
    let mut places: Vec<_> = errors
        .iter()
        .map(|error| error["loc"][1].as_str().unwrap())
        .collect();
    places.sort_unstable();
    assert_eq!(places, ["limit", "limt", "project", "reason", "since", "task"]);
    for error in errors {
        assert_eq!(error["loc"][0], "query");
        assert!(error["msg"].is_string() && error["type"].is_string());
    }
    let detail = problem["detail"].as_str().unwrap();
    for found in [
        "limit: expected a whole number from 1 to 1000, found \"0\"",
        "found \"yesterday\"",
    ] {
        assert!(detail.contains(found), "{detail}");
    }
    assert!(
        detail.contains("limt: no such parameter; known: since, task"),
        "{detail}"
    );
}

#[test]
fn of_a_body_with_the_way_to_them() {
    let (_place, server) = served();
    for (body, loc) in [
        (json!({ "tasks": ["a", 3] }), json!(["body", "tasks", 1])),
        (json!({ "task": "a" }), json!(["body", "task"])),
        (json!({ "project": "" }), json!(["body", "project"])),
        (
            json!({ "tasks": ["a".repeat(2_049)] }),
            json!(["body", "tasks", 0]),
        ),
    ] {
        let problem = server.post("/v1/plans", &body).problem(422);
        assert_eq!(problem["errors"][0]["loc"], loc);
    }
    for body in [
        "",
        "{",
        "{} {}",
        "{\"tasks\":[\"\\ud800\"]}",
        "{\"tasks\":null,\"tasks\":null}",
    ] {
        let problem = server.ask(post("/v1/plans", body)).problem(422);
        assert_eq!(problem["errors"][0]["loc"][0], "body", "{body}");
    }
}

#[test]
fn ids_of_up_to_two_kibibytes() {
    let id = "i".repeat(2_048);
    let place = Place::queue(|world| world.zombie(&id));
    let server = Server::on(&place, &[]);
    let told = server.get(&format!("/v1/explain?task={id}")).ok();
    assert_eq!(told["asked"], *id);
    server.get(&format!("/v1/explain?task={id}i")).problem(422);
}

#[test]
fn what_is_not_there() {
    let (_place, server) = served();
    server.get("/v2/plan").problem(404);
    server.get("/v1/explain?task=nobodys").problem(404);
    server.get("/v1/plans/%ff").problem(404);
    server
        .get("/v1/plans/0123456789abcdef0123456789abcdef")
        .problem(404);
}

#[test]
fn what_there_is_to_ask() {
    let (_place, server) = served();
    let refused = server.ask(get("/v1/plan").by("DELETE"));
    assert_eq!(refused.head("allow"), Some("get,head,options"));
    refused.problem(405);
    let refused = server.get("/v1/sweeps");
    assert_eq!(refused.head("allow"), Some("post,options"));
    refused.problem(405);
    let told = server.ask(get("/v1/sweeps").by("OPTIONS"));
    assert_eq!((told.status(), told.head("allow")), (204, Some("post, options")));
    let head = server.ask(get("/v1/plan").by("HEAD"));
    assert_eq!((head.status(), head.body()), (200, ""));
}

#[test]
fn forms_that_are_not_taken() {
    let (_place, server) = served();
    let sent_as = |form: &str| server.ask(post("/v1/sweeps", "{}").with("Content-Type", form));
    for form in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ] {
        sent_as(form).problem(415);
    }
    server
        .ask(post("/v1/sweeps", "{}").without("Content-Type"))
        .problem(415);
    sent_as("Application/JSON; charset=utf-8").ok();
    let large = json!({ "tasks": ["x".repeat(70_000)] });
    server.post("/v1/sweeps", &large).problem(413);
}

#[test]
fn as_a_page_to_who_prefers_one() {
    let (_place, server) = served();
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = server.ask(get("/v1/explain?task=%3Cscript%3E").with("Accept", browser));
    assert_eq!(page.status(), 404);
    assert_eq!(page.head("content-type"), Some("text/html; charset=utf-8"));
    assert!(!page.body().contains("<script>"), "{}", page.body());
    for accept in ["*/*", "application/json, text/html;q=0.5", "text/html;q=0"] {
        server.ask(get("/nowhere").with("Accept", accept)).problem(404);
    }
}

#[test]
fn database_that_is_gone_is_told_and_found_again() {
    let (place, server) = served();
    server.get("/v1/plan").ok();
    let away = place.file("away.db");
    fs::rename(place.db(), &away).unwrap();
    wait_until("it is missed", || server.get("/v1/plan").status() == 503);
    let problem = server.get("/v1/plan").problem(503);
    assert!(
        problem["detail"].as_str().unwrap().contains("orchestra.db"),
        "{problem}"
    );
    server.post("/v1/sweeps", &json!({})).problem(503);
    fs::rename(&away, place.db()).unwrap();
    wait_until("it is found", || server.get("/v1/plan").status() == 200);
    assert_eq!(server.post("/v1/sweeps", &json!({})).ok()["reaped"], 1);
}

#[test]
fn in_plain_words() {
    let (_place, server) = served();
    for (body, found) in [
        ("{\"tasks\":", "ends early"),
        ("{\"tasks\": nul}", "something else"),
    ] {
        let problem = server.ask(post("/v1/plans", body)).problem(422);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(found) && detail.contains("line 1"), "{detail}");
    }
    for page in ["/?sort=id", "/task?id=t1&task=t1"] {
        let problem = server.get(page).problem(422);
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.contains("deserialize"), "{detail}");
    }
    let problem = server.get("/task").problem(422);
    assert_eq!(problem["errors"][0]["loc"], json!(["query", "task"]));
}
