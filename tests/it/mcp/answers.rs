//! Long lists are cut, and nothing of them is lost.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{BOTH, Client, yes};
use crate::cli::place::Place;

fn strings(list: &Value) -> Vec<String> {
    serde_json::from_value(list.clone()).unwrap()
}

#[test]
fn a_plan_is_listed_page_by_page() {
    let place = Place::queue(|world| (0..23).fold(world, |world, n| world.zombie(&format!("t{n:02}"))));
    for protocol in BOTH {
        let mut client = Client::of(&place, protocol);
        let mut page = client.answer("plan", json!({ "limit": 10 }));
        let (id, mut seen, mut pages) = (page["plan_id"].clone(), Vec::new(), 1);
        loop {
            assert_eq!(page["reaped"], 23);
            assert_eq!(page["plan_id"], id);
            let ids = strings(&page["task_ids"]);
            assert!(ids.len() <= 10);
            let reasons: BTreeSet<_> = page["reasons"].as_object().unwrap().keys().cloned().collect();
            assert_eq!(reasons, ids.iter().cloned().collect());
            assert_eq!(page["zombies"].as_array().unwrap().len(), ids.len());
            seen.extend(ids);
            if page["next"].is_null() {
                break;
            }
            let next = json!({ "plan_id": id, "cursor": page["next"], "limit": 10 });
            page = client.answer("plan", next);
            pages += 1;
        }
        assert_eq!(pages, 3);
        let all: Vec<_> = (0..23).map(|n| format!("t{n:02}")).collect();
        assert_eq!(seen, all);
    }
}

#[test]
fn the_evidence_on_a_page_is_on_its_tasks() {
    // More than it is kept of, and the first rows are not the first ids.
    let place = Place::queue(|world| {
        let ids = (0..1_200).rev();
        ids.fold(world, |world, n| world.zombie(&format!("t{n:04}")))
    });
    let mut client = Client::of(&place, BOTH[0]);
    let mut page = client.answer("plan", json!({ "limit": 500 }));
    let (id, mut told) = (page["plan_id"].clone(), 0);
    loop {
        let ids: BTreeSet<_> = strings(&page["task_ids"]).into_iter().collect();
        for zombie in page["zombies"].as_array().unwrap() {
            let id = zombie["task_id"].as_str().unwrap();
            assert!(ids.contains(id), "{id}: {ids:?}");
            told += 1;
        }
        if page["next"].is_null() {
            break;
        }
        let next = json!({ "plan_id": id, "cursor": page["next"], "limit": 500 });
        page = client.answer("plan", next);
    }
    assert_eq!(told, 1_000);
}

#[test]
fn ids_that_are_too_long_for_anybody_are_shortened() {
    let id = |n| format!("{n}{}", "x".repeat(1 << 19));
    let place = Place::queue(|world| (0..3).fold(world, |world, n| world.zombie(&id(n))));
    for protocol in BOTH {
        let mut client = Client::of(&place, protocol);
        let plan = client.answer("plan", json!({}));
        assert_eq!(plan["reaped"], 3);
        let first = plan["task_ids"][0].as_str().unwrap();
        assert!(first.starts_with("0xxx") && first.len() < 2048, "{first}");
        assert!(first.contains("524289 bytes"), "{first}");
        client.answer("doctor", json!({}));
        let swept = client.sweep(plan["plan_id"].as_str().unwrap(), &json!({ "action": "decline" }));
        assert_eq!(swept["isError"], true, "{swept}");
    }
}

#[test]
fn what_was_reaped_is_told_as_done_however_large_it_is() {
    let place = Place::queue(|world| {
        (0..400).fold(world, |world, n| {
            world.zombie(&format!("{}{n:03}", "x".repeat(1500)))
        })
    });
    let mut client = Client::of(&place, BOTH[0]);
    let plan = client.plan();
    let swept = client.sweep(&plan, &yes());
    assert_eq!(swept["isError"], false, "{swept}");
    let summary = &swept["structuredContent"];
    assert_eq!(summary["reaped"], 400);
    assert_eq!(summary["planned"], 400);
    assert_eq!(summary["consent"], "person");
    assert_eq!(summary["is_cut"], true);
    let listed = summary["task_ids"].as_array().unwrap().len();
    assert!((1..400).contains(&listed), "{listed}");
}

#[test]
fn a_whole_number_is_one_however_it_is_written() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2"));
    let mut client = Client::of(&place, BOTH[0]);
    let plan = client.answer("plan", json!({ "limit": 1.0 }));
    assert_eq!(plan["task_ids"], json!(["t1"]));
    let refused = client.call("plan", json!({ "limit": 1.5 }));
    assert_eq!(refused["isError"], true, "{refused}");
}

#[test]
fn what_a_client_sends_is_not_sent_back_at_length() {
    let place = Place::queue(|world| world);
    let mut client = Client::of(&place, BOTH[0]);
    let long = "y".repeat(1 << 20);
    let refused = client.request("tools/call", json!({ "name": long, "arguments": {} }));
    assert!(refused.to_string().len() < 1000, "{}", refused.to_string().len());
    let refused = client.call("sweep", json!({ "plan_id": long }));
    assert!(refused.to_string().len() < 1000, "{}", refused.to_string().len());
}
