//! A queue that keeps no events: what was reaped is on record elsewhere, or nowhere.

use zombie_sweeper::inspect::{Explanation, Source};
use zombie_sweeper::zombie::{Condition, PastReap};

use crate::world::{NOW, World};

fn queue() -> World {
    World::new().task("t1").profile("events.table = ''")
}

fn reap(task: &str, minutes: i64) -> PastReap {
    PastReap {
        at: (NOW - chrono::TimeDelta::minutes(minutes)).into(),
        unit_us: 1,
        task_id: task.into(),
        run_id: Some("r1".into()),
        run_left: None,
        reason: "stale_heartbeat".to_owned(),
        sign_of_life: Some((NOW - chrono::TimeDelta::minutes(minutes + 16)).into()),
        condition: Some(Condition::C),
        threshold: Some(std::time::Duration::from_secs(900)),
        held: None,
        actor: None,
        is_parked: false,
        is_of_a_fleet: false,
    }
}

fn told(world: &World, elsewhere: Option<Vec<PastReap>>) -> Explanation {
    world.explanation_with("t1", elsewhere).unwrap()
}

#[test]
fn reaps_of_the_task_are_told_from_there() {
    let elsewhere = vec![reap("t1", 90), reap("t2", 10), reap("t1", 30)];
    let explanation = told(&queue(), Some(elsewhere));
    assert_eq!(explanation.source, Source::Ledger);
    let task = &explanation.tasks[0];
    let ages: Vec<_> = task.reaps.iter().map(|reap| reap.age_s).collect();
    assert_eq!(ages, [Some(1800.0), Some(5400.0)]);
    assert!(
        task.says.contains(
            "last reaped 30 min ago, at 2026-04-11T02:48:00Z: stale_heartbeat, run r1 silent for 16 min of 15 min borne."
        ),
        "{}",
        task.says
    );
    assert!(
        task.timeline
            .iter()
            .any(|happened| happened.what.starts_with("reaped: stale_heartbeat")
                && happened.at == "2026-04-11T02:48:00.000000Z")
    );
}

#[test]
fn who_was_never_reaped_is_told_apart_from_who_was_not_asked_for() {
    let says = |elsewhere| told(&queue(), elsewhere).tasks.remove(0).says;
    let asked = says(Some(vec![reap("t2", 10)]));
    assert!(asked.contains("ledger has no reap of it"), "{asked}");
    let nowhere = says(None);
    assert!(nowhere.contains("not on record here"), "{nowhere}");
}

#[test]
fn events_go_before_what_is_on_record_elsewhere() {
    let explanation = told(&World::new().task("t1"), Some(vec![reap("t1", 30)]));
    assert_eq!(explanation.source, Source::Events);
    assert!(explanation.tasks[0].reaps.is_empty());
}
