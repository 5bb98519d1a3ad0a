//! What is called off reaps nothing, also while it is at work.

use serde_json::json;

use super::client::{Client, Protocol, asks, yes};
use crate::cli::place::Place;

/// Has a plan swept, and returns the call once it waits for its second look: longer than anybody waits here.
#[track_caller]
fn begin_to_wait(client: &mut Client) -> u64 {
    let plan = client.plan();
    let call = client.begin_sweep(&plan);
    let question = client.next();
    client.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": yes() }));
    let waits = |line: &String| line.contains("looks twice");
    assert!(client.said.iter().any(|line| waits(&line)), "it waits");
    call
}

#[test]
fn a_sweep_that_waits_for_its_second_look_ends_and_makes_room() {
    let place = Place::queue(|world| world.zombie("t1"));
    let args = ["--confirm", "10m", "-v"];
    let mut client = Client::with(&place, Protocol::Sessions, asks(), &args);
    for _ in 0..2 {
        let call = begin_to_wait(&mut client);
        let off = json!({ "requestId": call, "reason": "changed my mind" });
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": off }));
        let ends = |line: String| line.contains("called its sweep off");
        assert!(client.said.iter().any(ends), "it ends");
    }
    client.hang_up();
    client.ends_with(0);
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn nor_does_it_wait_for_a_lock_any_longer() {
    let place = Place::queue(|world| world.zombie("t1"));
    let other = place.connect();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let args = ["--busy-timeout", "10m", "-v"];
    let mut client = Client::with(&place, Protocol::Sessions, asks(), &args);
    let plan = client.plan();
    let call = client.begin_sweep(&plan);
    let question = client.next();
    client.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": yes() }));
    let begins = |line: String| line.contains("sweeps a plan");
    assert!(client.said.iter().any(begins), "it begins");
    let off = json!({ "requestId": call });
    client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": off }));
    let ends = |line: String| line.contains("called its sweep off");
    assert!(client.said.iter().any(ends), "it ends");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}
