//! What is offered, and how it is described.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{BOTH, Client, asks};
use crate::cli::place::Place;

/// The tools by their names.
fn tools(client: &mut Client) -> BTreeMap<String, Value> {
    let listed = client.request("tools/list", json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap().iter();
    tools
        .map(|tool| (tool["name"].as_str().unwrap().to_owned(), tool.clone()))
        .collect()
}

#[test]
fn only_what_writes_says_that_it_does() {
    let place = Place::queue(|world| world);
    for protocol in BOTH {
        let mut client = Client::of(&place, protocol);
        let tools = tools(&mut client);
        let names: Vec<_> = tools.keys().collect();
        assert_eq!(
            names,
            [
                "doctor", "explain", "history", "outcomes", "plan", "schema", "sweep"
            ]
        );
        for (name, tool) in &tools {
            let hints = &tool["annotations"];
            let writes = name == "sweep";
            assert_eq!(hints["readOnlyHint"], !writes, "{name}");
            assert_eq!(hints["destructiveHint"], writes, "{name}");
            assert_eq!(hints["idempotentHint"], true, "{name}");
            assert_eq!(hints["openWorldHint"], false, "{name}");
        }
    }
}

#[test]
fn what_writes_is_not_there_where_the_operator_allows_none() {
    let place = Place::queue(|world| world.zombie("t1"));
    for protocol in BOTH {
        let args = ["--read-only", "--allow-unconfirmed"];
        let mut client = Client::with(&place, protocol, asks(), &args);
        assert!(!tools(&mut client).contains_key("sweep"));
        let plan = client.plan();
        let call = json!({ "name": "sweep", "arguments": { "plan_id": plan } });
        let refused = client.request("tools/call", call);
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains("--read-only"), "{refused}");
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn answers_are_as_described_and_the_same_as_text() {
    for protocol in BOTH {
        let place = Place::queue(|world| world.zombie("t1").running("t2"));
        let mut client = Client::with(&place, protocol, json!({}), &["--allow-unconfirmed"]);
        let tools = tools(&mut client);
        let plan = client.plan();
        let calls = [
            ("plan", json!({})),
            ("sweep", json!({ "plan_id": plan })),
            ("explain", json!({ "task": "t1" })),
            ("history", json!({ "since": "24h", "limit": 10 })),
            ("outcomes", json!({ "suggest": true })),
            ("doctor", json!({})),
            ("schema", json!({})),
        ];
        for (tool, arguments) in calls {
            let result = client.call(tool, arguments);
            assert_eq!(result["isError"], false, "{tool}: {result}");
            let answer = &result["structuredContent"];
            let schema = &tools[tool]["outputSchema"];
            assert!(schema["properties"].is_object(), "{tool}");
            let schema = jsonschema::draft202012::new(schema).unwrap();
            let errors: Vec<_> = schema.iter_errors(answer).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{tool}: {errors:?}");
            let text: Value = serde_json::from_str(super::client::text(&result)).unwrap();
            assert_eq!(text, *answer, "{tool}");
        }
    }
}
