//! Long lists are cut, and nothing of them is lost.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{BOTH, Client};
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
fn one_that_is_too_long_for_anybody_is_refused() {
    let place = Place::queue(|world| {
        (0..3).fold(world, |world, n| {
            world.zombie(&format!("{n}{}", "x".repeat(1 << 19)))
        })
    });
    let mut client = Client::of(&place, BOTH[1]);
    let result = client.call("plan", json!({}));
    assert_eq!(result["isError"], true);
    assert!(super::client::text(&result).contains("smaller `limit`"));
}
