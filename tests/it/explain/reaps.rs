//! Why a task was taken, told from the record of its reap.

use serde_json::json;

use crate::world::{World, moment};

fn recorded(payload: &str) -> World {
    let at = moment("22m ago");
    World::new().task("t1").sql(&format!(
        "INSERT INTO task_events (task_id, event_type, payload, created_at) VALUES ('t1', 'zombie_reaped', '{payload}', '{at}')"
    ))
}

#[test]
fn what_it_rested_on_is_read_back() {
    let mut world = World::new().running("t1").run("r1").heartbeat("16m ago");
    world.sweep();
    let task = world.explain("t1");
    let reap = serde_json::to_value(&task.reaps[0]).unwrap();
    assert_eq!(
        (&reap["condition"], &reap["threshold_s"], &reap["parked"]),
        (&json!("C"), &json!(900.0), &json!(false))
    );
    assert_eq!(reap["held"]["assigned_slot"], "slot-3");
    let says = "stale_heartbeat, run r1 silent for 16 min of 15 min borne; held assigned_slot slot-3";
    assert!(reap["says"].as_str().unwrap().starts_with(says), "{reap}");
    assert!(task.says.contains(says), "{}", task.says);
}

#[test]
fn run_that_had_ended_was_not_silent() {
    let mut world = World::new().running("t1").run("r1").status("failed");
    world.sweep();
    let says = world.explain("t1").says;
    assert!(says.contains("run_failed, run r1"), "{says}");
    assert!(!says.contains("silent") && !says.contains("borne"), "{says}");
}

#[test]
fn what_the_record_does_not_say_so_that_it_can_be_read_is_null() {
    for payload in [
        "{half",
        "[]",
        r#"{"condition": "D", "threshold_s": "long", "released": []}"#,
        r#"{"condition": 7, "threshold_s": -1, "released": {"task": "all"}}"#,
        r#"{"threshold_s": 1e300, "released": {"task": null}}"#,
    ] {
        let reap = recorded(payload).explain("t1").reaps.remove(0);
        assert_eq!(
            (reap.condition, reap.threshold_s, reap.held, reap.parked),
            (None, None, None, false),
            "{payload}"
        );
        assert_eq!(reap.says, "the record does not say why");
    }
}

#[test]
fn what_was_held_is_told_whatever_it_is() {
    let payload = r#"{"released": {"task": {"slot": 7, "worker": "", "lease": null, "tags": ["a"]}}}"#;
    let reap = recorded(payload).explain("t1").reaps.remove(0);
    assert_eq!(
        reap.says,
        "the record does not say why; held slot 7, tags [\"a\"]"
    );
    assert_eq!(
        serde_json::to_value(&reap.held).unwrap(),
        json!({"lease": null, "slot": "7", "tags": "[\"a\"]", "worker": ""})
    );
}
