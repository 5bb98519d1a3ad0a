//! The summary as JSON: an interface. Every report of every test is held to docs/summary.schema.json; here stand the
//! whole of it, and proof that the schema can fail.

use std::time::Duration;

use serde_json::{Value, json};
use zombie_sweeper::Policy;
use zombie_sweeper::report::Reap;
use zombie_sweeper::zombie::{Id, Reason};

use crate::world::{World, check, schema_errors};

fn summary() -> Value {
    let mut world = World::new()
        .running("ended")
        .run("r1")
        .status("failed")
        .running("silent")
        .run("r2")
        .heartbeat("16m ago")
        .workspace("w1")
        .set("run_id", "r2")
        .running("alive")
        .run("r3")
        .status("paused")
        .heartbeat("1m ago")
        .running("unclear")
        .run("r4")
        .set("started_at", "soon")
        .options(|options| {
            options.project("SciDEX").actor("night-watch").policy(Policy {
                claim_grace: Some(Duration::from_millis(1500)),
                ..Policy::default()
            })
        });
    let mut json = serde_json::to_value(world.sweep()).unwrap();
    assert!(json["duration_ms"].is_u64());
    json["duration_ms"] = 0.into();
    json
}

#[test]
fn whole_summary() {
    assert_eq!(
        summary(),
        json!({
            "reaped": 2,
            "task_ids": ["ended", "silent"],
            "reasons": { "ended": "run_failed", "silent": "stale_heartbeat" },
            "dry_run": false,
            "project": "SciDEX",
            "actor": "night-watch",
            "profile": "orchestra",
            "scanned": 4,
            "healthy": 1,
            "undecided": [{
                "task_id": "unclear",
                "why": "run r4: task_runs.started_at is \"soon\", which is not understood as a time",
            }],
            "failed": [],
            "parked": [],
            "repeats": [],
            "moved_on": 0,
            "runs_abandoned": 1,
            "workspaces_freed": 1,
            "warnings": [
                "task_runs.started_at: 1 not readable as a timestamp, such as \"soon\"; silence is not proven by it",
                "unknown run status \"paused\" in 1 of the runs looked at, such as \"r3\"; it counts as finished where \
                 the run has an end, else as unfinished",
            ],
            "transactions": 1,
            "stale_after_s": 900.0,
            "claim_grace_s": 1.5,
            "settle_s": 0.0,
            "confirm_s": 0.0,
            "swept_at": "2026-04-11T03:18:00.000000Z",
            "duration_ms": 0,
            "version": env!("CARGO_PKG_VERSION"),
        })
    );
}

#[test]
fn first_keys_are_those_that_people_look_for() {
    let report = World::new().running("t1").sweep();
    let text = serde_json::to_string(&report).unwrap();
    assert!(
        text.starts_with(
            r#"{"reaped":1,"task_ids":["t1"],"reasons":{"t1":"no_active_run"},"dry_run":false,"#
        ),
        "{text}"
    );
}

#[test]
fn program_that_embeds_the_sweep_can_walk_the_reaps() {
    let report = World::new().running("t1").sweep();
    for Reap { task_id, reason } in &report.reaps {
        assert_eq!((task_id, reason), (&Id::from("t1"), &Reason::NoActiveRun));
    }
}

#[test]
fn empty_sweep_says_so_with_the_same_keys() {
    let json = serde_json::to_value(World::new().sweep()).unwrap();
    for key in summary().as_object().unwrap().keys() {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert_eq!(
        (&json["reaped"], &json["task_ids"], &json["reasons"]),
        (&json!(0), &json!([]), &json!({}))
    );
    assert_eq!(
        (&json["project"], &json["actor"]),
        (&Value::Null, &json!("zombie-sweeper"))
    );
}

#[test]
fn schema_lets_a_key_it_does_not_know_pass_and_misses_each_it_does() {
    let whole = summary();
    assert!(schema_errors(&whole).is_empty());
    for key in whole.as_object().unwrap().keys() {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(key);
        assert!(!schema_errors(&less).is_empty(), "without {key}");
        let mut other = whole.clone();
        other[key] = json!({ "a": ["thing"] });
        assert!(!schema_errors(&other).is_empty(), "{key} of another kind");
    }
    let mut more = whole;
    more["news"] = json!(1);
    more["undecided"][0]["news"] = json!(1);
    assert_eq!(schema_errors(&more), [""; 0], "what is added breaks nobody");
}

#[test]
fn schema_tells_people_what_every_key_means() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/summary.schema.json")).unwrap();
    for (key, property) in schema["properties"].as_object().unwrap() {
        let description = property["description"].as_str().unwrap_or_default();
        assert!(description.ends_with('.'), "{key}: {description}");
    }
}

#[test]
#[should_panic(expected = "left == right")]
fn figures_that_do_not_add_up_are_noticed() {
    let mut report = World::new().running("t1").sweep();
    report.healthy += 1;
    check(&report);
}
