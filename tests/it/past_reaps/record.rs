//! What a reap's record says, and what it does not.

use zombie_sweeper::inspect::{Source, history};
use zombie_sweeper::zombie::{Outcome, PastReap};

use super::all;
use crate::world::{NOW, World, moment};

#[test]
fn what_a_sweep_wrote_is_read_back() {
    let mut world = World::new().running("t1").run("r1").heartbeat("16m ago");
    world.sweep();
    let history = world.history(&all());
    let reap = &history.reaps[0].on_record;
    assert_eq!(reap.at.as_deref(), Some("2026-04-11T03:18:00.000000Z"));
    assert_eq!(
        (reap.reason.as_deref(), reap.actor.as_deref()),
        (Some("stale_heartbeat"), Some("zombie-sweeper"))
    );
    assert_eq!((&reap.run_id, reap.silence_s), (&Some("r1".into()), Some(960.0)));
    assert_eq!(history.source, Source::Events);
}

#[test]
fn each_says_by_which_condition() {
    let mut world = World::new()
        .running("a")
        .run("r1")
        .status("failed")
        .running("b")
        .started("1h ago")
        .running("c")
        .run("r3")
        .heartbeat("16m ago");
    world.sweep();
    let reaps = world.history(&all()).reaps;
    let told = reaps.iter().map(|reap| &reap.on_record);
    let mut told: Vec<_> = told
        .map(|reap| format!("{}: {:?}", reap.task_id, reap.condition.unwrap()))
        .collect();
    told.sort();
    assert_eq!(told, ["a: A", "b: B", "c: C"]);
}

#[test]
fn payload_that_cannot_be_read_is_listed_all_the_same() {
    for payload in [
        "",
        "{half",
        "[]",
        "7",
        "null",
        r#"{"reason": 7, "run_id": [], "age_s": "long", "sign_of_life": {}}"#,
    ] {
        let history = World::new()
            .event("t1", "zombie_reaped", payload, &moment("1h ago"))
            .history(&all());
        let reap = &history.reaps[0].on_record;
        assert_eq!(
            (&reap.reason, &reap.run_id, reap.age_s),
            (&None, &None, Some(3600.0)),
            "{payload}"
        );
    }
}

#[test]
fn event_without_a_column_of_times_is_dated_by_its_payload() {
    let mut world = World::new()
        .drop_column_of_events()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago");
    world.sweep();
    let history = world.history(&all().since(std::time::Duration::from_secs(60)));
    assert_eq!(
        history.reaps[0].on_record.at.as_deref(),
        Some("2026-04-11T03:18:00.000000Z")
    );
}

impl World {
    fn drop_column_of_events(self) -> Self {
        self.sql("DROP INDEX idx_task_events_task")
            .drop_column("task_events", "created_at")
    }
}

const NO_EVENTS: &str = "events.table = ''";

#[test]
fn queue_without_events_says_so() {
    let history = World::new().profile(NO_EVENTS).history(&all());
    assert_eq!(history.source, Source::Nowhere);
    assert!(
        history.warnings[0].contains("keeps no events"),
        "{:?}",
        history.warnings
    );
}

#[test]
fn reaps_on_record_elsewhere_are_told_where_the_queue_keeps_no_events() {
    let world = World::new().task("t1").status("open");
    let reap = |task: &str, minutes: i64| PastReap {
        is_of_a_fleet: false,
        at: (NOW - chrono::TimeDelta::minutes(minutes)).into(),
        unit_us: 1,
        task_id: task.into(),
        run_id: None,
        run_left: None,
        reason: "stale_heartbeat".to_owned(),
        sign_of_life: None,
        condition: None,
        threshold: None,
        held: None,
        actor: None,
        is_parked: false,
    };
    let options = all().profile(zombie_sweeper::Profile::from_toml(NO_EVENTS).unwrap());
    let elsewhere = || Some(vec![reap("t1", 90), reap("t2", 10), reap("t1", 30)]);
    let told = history(&world.conn, &options, elsewhere()).unwrap();
    assert_eq!(super::tasks(&told), ["t2", "t1", "t1"]);
    let outcomes: Vec<_> = told.reaps.iter().map(|reap| reap.outcome.unwrap()).collect();
    assert_eq!(outcomes, [Outcome::Gone, Outcome::Waiting, Outcome::Again]);
    assert_eq!(told.source, Source::Ledger);
    let narrowed = history(
        &world.conn,
        &options
            .clone()
            .project("SciDEX")
            .since(std::time::Duration::from_secs(3600)),
        elsewhere(),
    );
    assert_eq!(super::tasks(&narrowed.unwrap()), ["t1"]);
}
