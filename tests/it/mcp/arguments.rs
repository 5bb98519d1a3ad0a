//! What is wrong with a call is said so that whoever called can do better.

use serde_json::json;

use super::client::{BOTH, Client, text};
use crate::cli::place::Place;

#[test]
fn what_is_not_understood_is_refused_with_what_was_expected() {
    let place = Place::queue(|world| world.zombie("t1"));
    for protocol in BOTH {
        let mut client = Client::of(&place, protocol);
        for (tool, arguments, expected) in [
            ("plan", json!({ "projct": "SciDEX" }), "expected one of `project`"),
            ("plan", json!({ "project": "" }), "1 to 2048 bytes"),
            ("plan", json!({ "project": "x".repeat(2049) }), "1 to 2048 bytes"),
            ("plan", json!({ "tasks": [] }), "leave `tasks` out"),
            ("plan", json!({ "limit": 0 }), "1 to 1000"),
            ("plan", json!({ "limit": 1001 }), "1 to 1000"),
            ("plan", json!({ "cursor": "50" }), "with its `plan_id`"),
            ("plan", json!({ "plan_id": "0" }), "there is no plan"),
            ("plan", json!({ "plan_id": "0", "tasks": ["t1"] }), "a new plan"),
            ("plan", json!({ "plan_id": "0", "cursor": "-1" }), "the `next`"),
            ("plan", json!({ "project": "another" }), "another"),
            ("sweep", json!({}), "missing field `plan_id`"),
            ("sweep", json!({ "plan_id": 1 }), "expected a string"),
            ("explain", json!({}), "missing field `task`"),
            ("explain", json!({ "task": "nobody" }), "nobody"),
            ("history", json!({ "since": "yesterday" }), "72h"),
            ("outcomes", json!({ "horizon": "0s" }), "72h"),
            ("doctor", json!({ "trial": true }), "unknown field `trial`"),
            ("schema", json!({ "init": true }), "unknown field `init`"),
        ] {
            let result = client.call(tool, arguments.clone());
            assert_eq!(result["isError"], true, "{tool} {arguments}: {result}");
            assert!(text(&result).contains(expected), "{tool} {arguments}: {result}");
            assert!(result["structuredContent"].is_null(), "{result}");
        }
    }
}

#[test]
fn a_tool_that_is_not_is_named_with_those_that_are() {
    let place = Place::queue(|world| world);
    for protocol in BOTH {
        let mut client = Client::of(&place, protocol);
        for tool in ["unpark", "Plan", "", "watch"] {
            let refused = client.request("tools/call", json!({ "name": tool, "arguments": {} }));
            assert_eq!(refused["error"]["code"], -32602, "{refused}");
            let message = refused["error"]["message"].as_str().unwrap();
            assert!(message.contains("expected one of plan, sweep"), "{refused}");
        }
    }
}

#[test]
fn a_database_that_is_not_is_said_as_on_the_command_line() {
    let place = Place::empty();
    let mut client = Client::of(&place, BOTH[0]);
    let result = client.call("plan", json!({}));
    assert_eq!(result["isError"], true, "{result}");
    assert!(text(&result).contains("--db"), "{result}");
}
