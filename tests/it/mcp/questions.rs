//! Where each call stands alone, the client brings back the question with the answer: only the one that was asked.

use serde_json::{Value, json};

use super::client::{Client, Protocol, asks, text, yes};
use crate::cli::place::Place;

/// A question about this plan.
fn question(client: &mut Client, plan: &str) -> Value {
    client.call("sweep", json!({ "plan_id": plan }))["requestState"].clone()
}

#[track_caller]
fn is_refused(result: &Value) {
    assert_eq!(result["isError"], true, "{result}");
    assert!(text(result).contains("nothing was reaped"), "{result}");
}

#[test]
fn one_is_answered_once() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, Protocol::Alone);
    let plan = client.plan();
    let asked = question(&mut client, &plan);
    let swept = client.sweep_answering(&plan, &asked, &yes());
    assert_eq!(swept["structuredContent"]["reaped"], 1, "{swept}");
    place.untouched(|| is_refused(&client.sweep_answering(&plan, &asked, &yes())));
}

#[test]
fn who_asks_again_is_told_that_the_plan_was_used_and_not_that_nothing_came_of_it() {
    let place = Place::queue(|world| world.zombie("t1"));
    let args = ["--confirm", "10m", "-v"];
    let mut client = Client::with(&place, Protocol::Alone, asks(), &args);
    let plan = client.plan();
    let asked = question(&mut client, &plan);
    let answered = json!({
        "name": "sweep",
        "arguments": { "plan_id": plan },
        "requestState": asked,
        "inputResponses": { "confirm": yes() },
    });
    client.begin("tools/call", answered);
    let waits = |line: String| line.contains("looks twice");
    assert!(client.said.iter().any(waits), "it waits");
    let again = client.sweep_answering(&plan, &asked, &yes());
    let anew = client.call("sweep", json!({ "plan_id": plan }));
    for told in [again, anew] {
        is_refused(&told);
        assert!(text(&told).contains("may be at work still"), "{told}");
    }
}

#[test]
fn a_no_cannot_be_followed_by_a_yes() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, Protocol::Alone);
    let plan = client.plan();
    let asked = question(&mut client, &plan);
    is_refused(&client.sweep_answering(&plan, &asked, &json!({ "action": "decline" })));
    is_refused(&client.sweep_answering(&plan, &asked, &yes()));
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn an_answer_to_no_question_or_to_another_is_none() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, Protocol::Alone);
    let (plan, other) = (client.plan(), client.plan());
    let of_other = question(&mut client, &other);
    is_refused(&client.sweep_answering(&plan, &of_other, &yes()));
    let first = question(&mut client, &plan);
    let last = question(&mut client, &plan);
    is_refused(&client.sweep_answering(&plan, &first, &yes()));
    for forged in [json!(""), json!(plan), json!("0".repeat(32))] {
        is_refused(&client.sweep_answering(&plan, &forged, &yes()));
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
    let swept = client.sweep_answering(&plan, &last, &yes());
    assert_eq!(
        swept["structuredContent"]["reaped"], 1,
        "what was forged took nothing away"
    );
}

#[test]
fn an_answer_without_its_question_has_it_asked() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, Protocol::Alone);
    let plan = client.plan();
    let call = json!({
        "name": "sweep",
        "arguments": { "plan_id": plan },
        "inputResponses": { "confirm": yes() },
    });
    let response = client.request("tools/call", call);
    assert_eq!(response["result"]["resultType"], "input_required", "{response}");
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn an_answer_of_another_name_is_none() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, Protocol::Alone);
    let plan = client.plan();
    let asked = question(&mut client, &plan);
    let call = json!({
        "name": "sweep",
        "arguments": { "plan_id": plan },
        "requestState": asked,
        "inputResponses": { "another": yes() },
    });
    is_refused(&client.request("tools/call", call)["result"]);
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn a_model_cannot_answer_in_its_arguments() {
    let place = Place::queue(|world| world.zombie("t1"));
    for protocol in super::client::BOTH {
        let mut client = Client::of(&place, protocol);
        let plan = client.plan();
        for claimed in [
            "confirm",
            "confirmed",
            "consent",
            "inputResponses",
            "requestState",
        ] {
            let result = client.call("sweep", json!({ "plan_id": plan, claimed: true }));
            assert_eq!(result["isError"], true, "{result}");
            assert!(text(&result).contains("unknown field"), "{result}");
        }
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn of_two_that_are_open_at_once_about_one_plan_the_last_counts() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, Protocol::Sessions);
    let plan = client.plan();
    client.begin_sweep(&plan);
    let first = client.next();
    client.begin_sweep(&plan);
    let last = client.next();
    let mut answer = |question: &Value| {
        client.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": yes() }));
        client.next()["result"].clone()
    };
    is_refused(&answer(&first));
    let swept = answer(&last);
    assert_eq!(swept["structuredContent"]["reaped"], 1, "{swept}");
}

#[test]
fn no_time_goes_back_further_than_a_moment_can_be_told() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, super::client::BOTH[0]);
    for tool in ["history", "outcomes"] {
        let answer = client.answer(tool, json!({ "since": "10000000w" }));
        let since = answer["since"].as_str().unwrap();
        assert!(
            since.starts_with(['1', '2']) && since.len() < 35,
            "{tool}: {since}"
        );
    }
}
