//! What may be swept: a plan that was made here, once, and exactly what it lists.

use serde_json::json;

use super::client::{BOTH, Client, asks, text, yes};
use crate::cli::place::Place;

#[test]
fn one_that_was_swept_is_not_swept_again() {
    for protocol in BOTH {
        let place = Place::queue(|world| world.zombie("t1"));
        let mut client = Client::of(&place, protocol);
        let plan = client.plan();
        client.sweep(&plan, &yes());
        place.untouched(|| {
            let again = client.call("sweep", json!({ "plan_id": plan }));
            assert_eq!(again["isError"], true, "{again}");
            assert!(text(&again).contains("there is no plan"), "{again}");
        });
    }
}

#[test]
fn none_is_swept_that_was_never_made_or_by_another_client() {
    let place = Place::queue(|world| world.zombie("t1"));
    for protocol in BOTH {
        let mut other = Client::of(&place, protocol);
        let of_another = other.plan();
        let mut client = Client::of(&place, protocol);
        let mine = client.plan();
        let upper = mine.to_uppercase();
        let shorter = &mine[..31];
        let mut answers = Vec::new();
        for forged in [
            "",
            "0",
            "00000000000000000000000000000000",
            &upper,
            shorter,
            &of_another,
        ] {
            let result = client.call("sweep", json!({ "plan_id": forged }));
            assert_eq!(result["isError"], true, "{forged}: {result}");
            answers.push(text(&result).replace(&format!("{forged:?}"), ""));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "one can be told from another: {answers:?}");
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn who_has_come_to_life_or_died_since_is_left_alone() {
    for protocol in BOTH {
        let place = Place::queue(|world| world.zombie("t1").zombie("t2").alive("t3"));
        let mut client = Client::of(&place, protocol);
        let plan = client.plan();
        let meanwhile = "UPDATE task_runs SET last_heartbeat = CASE id
                 WHEN 'r-t1' THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
                 WHEN 'r-t3' THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour')
                 ELSE last_heartbeat END";
        drop(place.world().sql(meanwhile));
        let swept = client.sweep(&plan, &yes());
        let summary = &swept["structuredContent"];
        assert_eq!(summary["task_ids"], json!(["t2"]), "{swept}");
        assert_eq!(summary["planned"], 2);
        for (task, status) in [("t1", "running"), ("t2", "open"), ("t3", "running")] {
            assert_eq!(place.world().value("tasks.status", task), status);
        }
    }
}

#[test]
fn an_empty_one_asks_nobody() {
    let place = Place::queue(|world| world.alive("t1"));
    for protocol in BOTH {
        let mut client = Client::of(&place, protocol);
        let plan = client.plan();
        let result = client.call("sweep", json!({ "plan_id": plan }));
        assert!(text(&result).contains("nothing to reap"), "{result}");
    }
}

#[test]
fn one_is_narrowed_to_what_was_asked_for() {
    for protocol in BOTH {
        let place = Place::queue(|world| world.zombie("t1").zombie("t2").project("another").zombie("t3"));
        let mut client = Client::of(&place, protocol);
        let plan = client.answer("plan", json!({ "tasks": ["t2", "t3"], "project": "SciDEX" }));
        assert_eq!(plan["task_ids"], json!(["t2"]));
        client.sweep(plan["plan_id"].as_str().unwrap(), &yes());
        assert_eq!(place.world().value("tasks.status", "t1"), "running");
        assert_eq!(place.world().value("tasks.status", "t2"), "open");
        assert_eq!(place.world().value("tasks.status", "t3"), "running");
    }
}

#[test]
fn none_reaches_beyond_what_the_operator_gave() {
    let place = Place::queue(|world| world.zombie("t1").project("another").zombie("t2"));
    for protocol in BOTH {
        let args = ["--project", "SciDEX"];
        let mut client = Client::with(&place, protocol, asks(), &args);
        let plan = client.answer("plan", json!({}));
        assert_eq!(plan["task_ids"], json!(["t1"]));
        for (tool, arguments) in [
            ("plan", json!({ "project": "another" })),
            ("history", json!({ "project": "another" })),
            ("outcomes", json!({ "project": "another" })),
            ("explain", json!({ "project": "another", "task": "t2" })),
        ] {
            let result = client.call(tool, arguments);
            assert_eq!(result["isError"], true, "{tool}: {result}");
            assert!(text(&result).contains("SciDEX"), "{result}");
        }
    }
}

#[test]
fn one_of_another_file_reaps_nothing() {
    for protocol in BOTH {
        let place = Place::queue(|world| world.zombie("t1"));
        let other = Place::queue(|world| world.zombie("t1"));
        let mut client = Client::of(&place, protocol);
        let plan = client.plan();
        std::fs::rename(other.db(), place.db()).unwrap();
        let swept = client.sweep(&plan, &yes());
        assert_eq!(swept["isError"], true, "{swept}");
        assert!(text(&swept).contains("another file"), "{swept}");
        assert_eq!(place.world().value("tasks.status", "t1"), "running");
    }
}

#[test]
fn small_ones_do_not_get_round_the_brake() {
    for protocol in BOTH {
        let place = Place::queue(|world| world.zombie("t1").zombie("t2").zombie("t3"));
        let args = ["--at-most", "2"];
        let mut client = Client::with(&place, protocol, asks(), &args);
        let plan = client.answer("plan", json!({ "tasks": ["t1", "t2"] }));
        client.sweep(plan["plan_id"].as_str().unwrap(), &yes());
        assert_eq!(place.world().value("tasks.status", "t2"), "open");
        let plan = client.answer("plan", json!({ "tasks": ["t3"] }));
        assert_eq!(
            (&plan["reaped"], &plan["held_back"]["due"]),
            (&json!(0), &json!(1)),
            "{plan}"
        );
        assert_eq!(place.world().value("tasks.status", "t3"), "running");
    }
}

#[test]
fn a_task_beyond_what_the_operator_gave_is_like_one_that_is_not_there() {
    let place = Place::queue(|world| world.zombie("t1").project("another").zombie("t2"));
    for protocol in BOTH {
        let args = ["--project", "SciDEX"];
        let mut client = Client::with(&place, protocol, asks(), &args);
        for (tool, of) in [
            ("explain", |task: &str| json!({ "task": task })),
            ("plan", |task: &str| json!({ "tasks": [task] })),
        ] as [(_, fn(&str) -> _); 2]
        {
            let answers = ["t2", "t3"].map(|task| {
                let result = client.call(tool, of(task));
                assert_eq!(result["isError"], true, "{result}");
                text(&result).replace(task, "")
            });
            assert_eq!(answers[0], answers[1]);
            assert!(!answers[0].contains("t2"), "{}", answers[1]);
        }
        let explained = client.answer("explain", json!({ "task": "t1", "project": "p-SciDEX" }));
        assert_eq!(explained["tasks"][0]["task_id"], "t1");
        let plan = client.answer("plan", json!({ "project": "p-SciDEX" }));
        assert_eq!(plan["task_ids"], json!(["t1"]));
    }
}

#[test]
fn none_is_made_that_could_not_be_swept_and_the_words_are_those_of_the_sweep() {
    let place = Place::foreign(include_str!("../shapes/n8n.sql"));
    for args in [&["--profile", "n8n"][..], &[]] {
        let sweep = place
            .sweeper(args)
            .run()
            .exits(if args.is_empty() { 65 } else { 2 });
        let why = sweep.stderr.split("; ").next().unwrap();
        let why = why.strip_prefix("error: ").unwrap();
        let mut client = Client::with(&place, BOTH[0], asks(), args);
        let refused = client.call("plan", json!({}));
        assert_eq!(refused["isError"], true, "{refused}");
        assert!(text(&refused).contains(why), "{why}: {refused}");
    }
    let mut patient = Client::with(
        &place,
        BOTH[0],
        asks(),
        &["--profile", "n8n", "--stale-after", "20m"],
    );
    patient.plan();
    let mut reader = Client::with(&place, BOTH[0], asks(), &["--profile", "n8n", "--read-only"]);
    reader.plan();
}
