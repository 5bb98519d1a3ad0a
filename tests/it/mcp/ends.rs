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
fn it_goes_by_the_profile_that_it_began_with() {
    let place = Place::queue(|world| world.zombie("t1").zombie("keep"));
    let profile = place.write("mine.toml", "[tasks]\nwhere = \"t.id <> 'keep'\"\n");
    for protocol in BOTH {
        let mut client = Client::with(
            &place,
            protocol,
            asks(),
            &["--profile", profile.to_str().unwrap()],
        );
        client.answer("schema", json!({}));
        let edited = place.write("mine.toml", "# nothing yet\n");
        let plan = client.answer("plan", json!({}));
        assert_eq!(plan["task_ids"], json!(["t1"]), "{plan}");
        std::fs::write(edited, "[tasks]\nwhere = \"t.id <> 'keep'\"\n").unwrap();
    }
}

#[test]
fn it_does_not_begin_by_a_profile_that_cannot_be_read() {
    let place = Place::queue(|world| world.zombie("t1"));
    let profile = place.write("mine.toml", "");
    let ran = place
        .sweeper(&["mcp", "--profile", profile.to_str().unwrap()])
        .run();
    assert!(ran.exits(65).stderr.contains("is empty"));
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

/// The client shows it: what is wrong is said before anybody asks.
#[test]
fn what_its_operator_has_to_mend_ends_it() {
    let ends_with = |place: &Place, args: &[&str], exit| {
        let ran = place.sweeper(&["mcp"]).args(args).run().exits(exit);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    };
    let place = Place::queue(|world| world.zombie("t1"));
    ends_with(&place, &["--project", "Typo"], 2);
    let place = Place::empty();
    std::fs::write(place.db(), "no database").unwrap();
    ends_with(&place, &[], 65);
}

#[test]
fn what_may_pass_is_said_and_borne() {
    let place = Place::queue(|world| world.zombie("t1"));
    let away = place.file("away.db");
    std::fs::rename(place.db(), &away).unwrap();
    let mut client = Client::of(&place, Protocol::Sessions);
    let said = client.said.recv().unwrap();
    assert!(said.contains("no database at"), "{said}");
    std::fs::rename(&away, place.db()).unwrap();
    client.plan();
    client.hang_up();
    client.ends_with(0);
    let said: Vec<_> = client.said.iter().collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("answers `plan` again"), "{said:?}");
}

#[test]
fn a_line_that_is_no_message_is_told_of_once() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut client = Client::of(&place, Protocol::Sessions);
    for line in ["{\"jsonrpc\": ", "nonsense"] {
        client.send_line(line);
    }
    client.plan();
    client.hang_up();
    client.ends_with(0);
    let said: Vec<_> = client.said.iter().collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("no JSON"), "{said:?}");
}

/// And in words for people, not in those of the code.
#[test]
fn a_call_that_is_refused_is_told_of() {
    let place = Place::queue(|world| world);
    let mut client = Client::of(&place, Protocol::Sessions);
    client.request("tools/call", json!({ "name": "drop_tables" }));
    client.hang_up();
    client.ends_with(0);
    let said: Vec<_> = client.said.iter().collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("there is no tool"), "{said:?}");
    assert!(!said[0].contains("ErrorData"), "{said:?}");
}
