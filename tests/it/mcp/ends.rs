//! How it ends, and what it says besides.

use serde_json::json;

use super::client::{BOTH, Client, Protocol, asks, yes};
use crate::cli::place::Place;
use crate::cli::signals::send;

#[test]
fn it_ends_with_its_client() {
    let place = Place::queue(|world| world.zombie("t1"));
    for protocol in BOTH {
        let mut client = Client::of(&place, protocol);
        client.plan();
        client.hang_up();
        client.ends_with(0);
    }
}

#[test]
fn it_ends_at_a_signal_though_somebody_is_being_asked() {
    let place = Place::queue(|world| world.zombie("t1"));
    for signal in ["TERM", "INT"] {
        let mut client = Client::of(&place, Protocol::Sessions);
        let plan = client.plan();
        client.begin_sweep(&plan);
        assert_eq!(client.next()["method"], "elicitation/create");
        send(signal, &client.child);
        client.ends_with(0);
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn what_it_logs_does_not_come_between() {
    let place = Place::queue(|world| world.zombie("t1"));
    for protocol in BOTH {
        let mut client = Client::with(&place, protocol, asks(), &["-vv"]);
        let plan = client.plan();
        client.sweep(&plan, &json!({ "action": "decline" }));
        client.hang_up();
        client.ends_with(0);
        assert!(client.left().is_empty());
        let said: Vec<_> = client.said.iter().collect();
        assert!(!said.is_empty());
        assert!(!said.concat().contains('\u{1b}'));
    }
}

#[test]
fn its_log_does_not_tell_what_a_sweep_is_asked_by() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::with(&place, Protocol::Alone, asks(), &["-vv"]);
    let plan = client.plan();
    let asked = client.call("sweep", json!({ "plan_id": plan }));
    let question = asked["requestState"].as_str().unwrap();
    client.sweep_answering(&plan, &json!(question), &yes());
    client.hang_up();
    client.ends_with(0);
    let said: Vec<_> = client.said.iter().collect();
    let said = said.join("\n");
    assert!(said.contains("reaped"), "{said}");
    assert!(!said.contains(&plan) && !said.contains(question), "{said}");
}

#[test]
fn it_says_nothing_unasked() {
    for protocol in BOTH {
        let place = Place::queue(|world| world.zombie("t1"));
        let mut client = Client::of(&place, protocol);
        let plan = client.plan();
        client.sweep(&plan, &yes());
        client.hang_up();
        client.ends_with(0);
        assert_eq!(client.said.iter().collect::<Vec<_>>(), [""; 0]);
        assert!(client.left().is_empty());
    }
}
