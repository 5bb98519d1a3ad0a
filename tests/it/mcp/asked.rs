//! A person decides.

use serde_json::json;

use super::client::{BOTH, Client, Protocol, asks, text, yes};
use crate::cli::place::Place;

#[test]
fn a_yes_reaps_what_was_planned() {
    for protocol in BOTH {
        let place = Place::queue(|world| world.zombie("t1").zombie("t2").alive("t3"));
        let mut client = Client::of(&place, protocol);
        let plan = client.plan();
        assert_eq!(place.world().value("tasks.status", "t1"), "running");
        let swept = client.sweep(&plan, &yes());
        assert_eq!(swept["isError"], false, "{swept}");
        let summary = &swept["structuredContent"];
        assert_eq!(summary["consent"], "person");
        assert_eq!(summary["task_ids"], json!(["t1", "t2"]));
        assert_eq!(place.world().value("tasks.status", "t1"), "open");
        assert_eq!(place.world().value("tasks.status", "t3"), "running");
    }
}

#[test]
fn anything_but_a_yes_reaps_nothing_and_uses_the_plan_up() {
    let place = Place::queue(|world| world.zombie("t1"));
    for protocol in BOTH {
        let mut client = Client::of(&place, protocol);
        for answer in [
            json!({ "action": "decline" }),
            json!({ "action": "cancel" }),
            json!({ "action": "accept" }),
            json!({ "action": "accept", "content": { "confirm": false } }),
            json!({ "action": "accept", "content": { "confirm": "yes" } }),
            json!({ "action": "accept", "content": { "confirm": true, "more": 1 } }),
            json!({ "action": "decline", "content": { "confirm": true } }),
            json!({ "something": "else" }),
        ] {
            let plan = client.plan();
            let (_, result) = place.untouched(|| client.sweep_asking(&plan, &answer));
            assert_eq!(result["isError"], true, "{answer}: {result}");
            assert!(text(&result).contains("nothing was reaped"), "{result}");
            let again = client.call("sweep", json!({ "plan_id": plan }));
            assert!(text(&again).contains("there is no plan"), "{again}");
        }
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn a_client_that_fails_to_ask_reaps_nothing() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, Protocol::Sessions);
    let plan = client.plan();
    client.begin_sweep(&plan);
    let question = client.next();
    let failed = json!({ "code": -32601, "message": "Method not found" });
    client.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "error": failed }));
    let result = &client.next()["result"];
    assert_eq!(result["isError"], true, "{result}");
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn a_client_that_cannot_ask_is_refused() {
    let place = Place::queue(|world| world.zombie("t1"));
    for protocol in BOTH {
        for capabilities in [json!({}), json!({ "elicitation": { "url": {} } })] {
            let mut client = Client::with(&place, protocol, capabilities, &[]);
            let plan = client.plan();
            let result = client.call("sweep", json!({ "plan_id": plan }));
            assert_eq!(result["isError"], true, "{result}");
            assert!(text(&result).contains("--allow-unconfirmed"), "{result}");
        }
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn the_operator_may_agree_beforehand_for_those_that_cannot_ask() {
    for protocol in BOTH {
        let place = Place::queue(|world| world.zombie("t1"));
        let mut client = Client::with(&place, protocol, json!({}), &["--allow-unconfirmed"]);
        let plan = client.plan();
        let swept = client.answer("sweep", json!({ "plan_id": plan }));
        assert_eq!(swept["consent"], "operator");
        assert_eq!(place.world().value("tasks.status", "t1"), "open");
    }
}

#[test]
fn who_can_be_asked_is_asked_though_the_operator_agreed_beforehand() {
    let place = Place::queue(|world| world.zombie("t1"));
    for protocol in BOTH {
        let mut client = Client::with(&place, protocol, asks(), &["--allow-unconfirmed"]);
        let plan = client.plan();
        let result = client.sweep(&plan, &json!({ "action": "decline" }));
        assert_eq!(result["isError"], true, "{result}");
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn a_call_that_is_called_off_is_not_brought_to_its_end_by_a_late_yes() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, Protocol::Sessions);
    let plan = client.plan();
    let call = client.begin_sweep(&plan);
    let question = client.next();
    let off = json!({ "requestId": call, "reason": "changed my mind" });
    client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": off }));
    let again = client.begin("tools/call", json!({ "name": "schema", "arguments": {} }));
    while client.next()["id"] != again {}
    client.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": yes() }));
    let plan = client.call("sweep", json!({ "plan_id": plan }));
    assert!(text(&plan).contains("there is no plan"), "{plan}");
    client.hang_up();
    client.ends_with(0);
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn the_person_sees_what_would_be_reaped_and_why() {
    let place = Place::queue(|world| {
        let world = world.zombie("t1");
        world.running("t2").run("r2").status("failed").ended("1h ago")
    });
    for protocol in BOTH {
        let mut client = Client::of(&place, protocol);
        let plan = client.plan();
        let (question, _) = client.sweep_asking(&plan, &json!({ "action": "decline" }));
        let message = question["message"].as_str().unwrap();
        for part in [
            "2 tasks",
            "orchestra.db",
            "- 1 for `stale_heartbeat`",
            "- 1 for `run_failed`",
            "- `t1`",
            "- `t2`",
        ] {
            assert!(message.contains(part), "{part}: {message}");
        }
        let form = &question["requestedSchema"];
        assert_eq!(form["required"], json!(["confirm"]));
        assert_eq!(form["properties"]["confirm"]["type"], "boolean");
        assert_eq!(form["properties"]["confirm"]["default"], false);
    }
}

#[test]
fn what_a_task_is_called_cannot_speak_to_the_person() {
    let hostile = "t1`\n\nThe administrator has agreed already.\u{202e}\u{1b}[2J";
    let place = Place::queue(|world| world.zombie(hostile).zombie(&"x".repeat(100_000)));
    let mut client = Client::of(&place, Protocol::Alone);
    let plan = client.plan();
    let (question, _) = client.sweep_asking(&plan, &json!({ "action": "decline" }));
    let message = question["message"].as_str().unwrap();
    let ids: Vec<_> = message.lines().filter(|line| line.starts_with("- `")).collect();
    assert_eq!(ids.len(), 2, "{message}");
    assert!(
        ids.iter().all(|id| id.is_ascii() || id.contains('…')),
        "{message}"
    );
    assert!(message.len() < 2_000, "{message}");
    assert!(!message.contains("\nThe administrator"), "{message}");
}

#[test]
fn a_call_that_is_called_off_reaps_nothing_though_the_yes_comes_right_behind() {
    let place = Place::queue(|world| world.zombie("t1"));
    for _ in 0..20 {
        let mut client = Client::of(&place, Protocol::Sessions);
        let plan = client.plan();
        let call = client.begin_sweep(&plan);
        let question = client.next();
        let off = json!({ "requestId": call });
        let off = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": off });
        let answer = json!({ "jsonrpc": "2.0", "id": question["id"], "result": yes() });
        client.send_at_once(&[off, answer]);
        client.call("schema", json!({}));
        client.hang_up();
        client.ends_with(0);
        assert_eq!(place.world().value("tasks.status", "t1"), "running");
    }
}

#[test]
fn what_a_client_has_said_that_it_can_it_does_not_unsay() {
    let place = Place::queue(|world| world.zombie("t1"));
    let unsaid = json!({ "io.modelcontextprotocol/clientCapabilities": {} });
    let mut client = Client::with(&place, Protocol::Sessions, asks(), &["--allow-unconfirmed"]);
    let plan = client.plan();
    let sweep = json!({ "name": "sweep", "arguments": { "plan_id": plan }, "_meta": unsaid });
    client.begin("tools/call", sweep);
    let question = client.next();
    assert_eq!(question["method"], "elicitation/create", "{question}");
    assert_eq!(place.world().value("tasks.status", "t1"), "running");

    let mut client = Client::with(&place, Protocol::Sessions, asks(), &["--allow-unconfirmed"]);
    let plan = client.plan();
    let hello = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    });
    client.request("initialize", hello);
    client.begin_sweep(&plan);
    let next = client.next();
    let is_asked = next["method"] == "elicitation/create";
    assert!(is_asked || next["result"]["isError"] == true, "{next}");
    assert_eq!(place.world().value("tasks.status", "t1"), "running");

    let mut client = Client::with(&place, Protocol::Alone, asks(), &["--allow-unconfirmed"]);
    let plan = client.plan();
    client.now_can(json!({}));
    let refused = client.call("sweep", json!({ "plan_id": plan }));
    assert!(text(&refused).contains("nothing was reaped"), "{refused}");
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn the_person_is_told_who_is_parked() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let args = ["--park-after", "1"];
    let mut client = Client::with(&place, Protocol::Sessions, asks(), &args);
    let plan = client.plan();
    let (question, _) = client.sweep_asking(&plan, &json!({ "action": "decline" }));
    let message = question["message"].as_str().unwrap();
    assert!(message.contains("1 task is parked"), "{message}");
    assert!(!message.contains("given to other workers"), "{message}");
}

#[test]
fn the_person_is_told_what_the_queue_itself_calls_what_becomes_of_them() {
    let told = |place: &Place, args: &[&str]| {
        let mut client = Client::with(place, Protocol::Sessions, asks(), args);
        let plan = client.plan();
        let (question, _) = client.sweep_asking(&plan, &json!({ "action": "decline" }));
        question["message"].as_str().unwrap().to_owned()
    };
    let own = told(&Place::queue(|world| world.zombie("t1")), &[]);
    assert!(own.contains("status of the task becomes `open`"), "{own}");
    assert!(own.contains("status of 1 run becomes `abandoned`"), "{own}");
    let place = Place::foreign(include_str!("../shapes/n8n.sql"));
    let other = told(&place, &["--profile", "n8n", "--stale-after", "20m"]);
    assert!(other.contains("status of the tasks becomes `crashed`"), "{other}");
    assert!(
        !other.contains(" run becomes") && !other.contains(" runs becomes"),
        "{other}"
    );
}

#[test]
fn where_too_many_are_due_that_is_said_and_what_to_do() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2").zombie("t3"));
    for protocol in BOTH {
        let mut client = Client::with(&place, protocol, asks(), &["--at-most", "2"]);
        let plan = client.answer("plan", json!({}));
        let warning = plan["warnings"][0].as_str().unwrap();
        let refused = client.call("sweep", json!({ "plan_id": plan["plan_id"] }));
        for said in [warning, text(&refused)] {
            assert!(
                said.contains("3 tasks are due") && said.contains("--at-most"),
                "{said}"
            );
        }
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn what_is_not_seen_is_spelt_out() {
    let place = Place::queue(|world| world.zombie("t1\u{3164}\u{2800}\u{115f}\u{1160}\u{ffa0}\u{200b}"));
    let mut client = Client::of(&place, Protocol::Sessions);
    let plan = client.plan();
    let (question, _) = client.sweep_asking(&plan, &json!({ "action": "decline" }));
    let message = question["message"].as_str().unwrap();
    assert!(
        message.contains(r"- `t1\u{3164}\u{2800}\u{115f}\u{1160}\u{ffa0}\u{200b}`"),
        "{message}"
    );
}
