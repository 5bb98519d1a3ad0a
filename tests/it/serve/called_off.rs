//! A sweep that a model asked for ends with its session.

use std::io::{BufRead as _, BufReader, Write as _};

use serde_json::{Value, json};

use super::client::{Request, Stream, post};
use super::place::Served;
use crate::cli::place::Place;
use crate::cli::signals::wait_until;

const PROTOCOL: &str = "2025-11-25";

fn message(served: &Served, session: Option<&str>, message: &Value) -> Request {
    let asked = post("/mcp", &message.to_string()).bearer(&served.token("mcp"));
    let asked = asked.with("Accept", "application/json, text/event-stream");
    let asked = asked.with("MCP-Protocol-Version", PROTOCOL);
    match session {
        Some(session) => asked.with("Mcp-Session-Id", session),
        None => asked,
    }
}

/// The call of a tool in a session.
fn in_session(served: &Served, session: &str, id: u64, tool: &str, arguments: &Value) -> Request {
    let params = json!({ "name": tool, "arguments": arguments });
    let call = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
    message(served, Some(session), &call)
}

/// Sends it, and leaves the answer to be read.
fn begin(served: &Served, request: &Request) -> BufReader<Box<dyn Stream>> {
    let mut stream = served.address.connect();
    stream.write_all(request.bytes(&[]).as_bytes()).unwrap();
    BufReader::new(stream)
}

/// The next message of a stream.
#[track_caller]
fn next(stream: &mut impl std::io::BufRead) -> Value {
    let mut data = stream.lines().map_while(Result::ok);
    let found = data.find_map(|line| {
        let data = line.strip_prefix("data:").unwrap_or(&line).trim();
        serde_json::from_str::<Value>(data).ok().filter(Value::is_object)
    });
    found.expect("a message comes")
}

/// What comes back at once.
#[track_caller]
fn answer(served: &Served, request: &Request) -> Value {
    next(&mut begin(served, request))["result"].clone()
}

/// Whether another sweep is at work.
fn is_at_work(served: &Served) -> bool {
    let of_none = r#"{"tasks":["t2"]}"#;
    let asked = post("/v1/sweeps", of_none).bearer(&served.token("write"));
    loop {
        match served.ask(&asked).status {
            200 => return false,
            409 => return true,
            _ => std::thread::sleep(std::time::Duration::from_millis(50)),
        }
    }
}

fn waiting() -> Place {
    Place::queue(|world| world.zombie("t1").alive("t2"))
}

#[test]
fn a_session_that_is_ended_takes_its_sweep_along() {
    let place = waiting();
    let served = place.answer(&["--confirm", "10m"]);
    let hello = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": PROTOCOL,
            "capabilities": { "elicitation": {} },
            "clientInfo": { "name": "test", "version": "1" },
        },
    });
    let hello = served.ask(&message(&served, None, &hello));
    let session = hello
        .head
        .lines()
        .find_map(|line| line.strip_prefix("mcp-session-id: "));
    let session = session.unwrap();
    let hello = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    served.ask(&message(&served, Some(session), &hello)).is(202);
    let plan = answer(&served, &in_session(&served, session, 2, "plan", &json!({})));
    let plan = json!({ "plan_id": plan["structuredContent"]["plan_id"] });
    let mut sweep = begin(&served, &in_session(&served, session, 3, "sweep", &plan));
    let question = next(&mut sweep);
    let yes = json!({ "action": "accept", "content": { "confirm": true } });
    let yes = json!({ "jsonrpc": "2.0", "id": question["id"], "result": yes });
    served.ask(&message(&served, Some(session), &yes)).is(202);
    wait_until("it sweeps", || is_at_work(&served));
    let goodbye = message(&served, Some(session), &json!({})).by("DELETE");
    served.ask(&goodbye).is(202);
    wait_until("it has ended", || !is_at_work(&served));
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}
