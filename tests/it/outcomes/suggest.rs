//! What silence has cost, and for how long to bear it.

use std::time::Duration;

use zombie_sweeper::inspect::{Costs, OutcomesOptions, Recalled, Suggestion};
use zombie_sweeper::zombie::Because;

use super::later;
use crate::world::{World, moment, reasons};

/// Reaped after 16 minutes, of which one run beats again after 21 and the other never.
fn reaped() -> World {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .running("t2")
        .run("r2")
        .heartbeat("16m ago");
    assert_eq!(reasons(&world.sweep()).len(), 2);
    world.sql(&format!(
        "UPDATE task_runs SET last_heartbeat = '{}' WHERE id = 'r1'",
        moment("in 5m")
    ))
}

/// So many runs that ended by themselves, each after a silence of 20 minutes, one after the other.
fn with_runs(world: World, count: u32) -> World {
    world.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}),
              r(i, at) AS (SELECT i, unixepoch('2026-04-11T00:00:00Z') - i * 3600 FROM n)
         INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat, completed_at)
         SELECT 'past-' || i, 't1', 'completed', strftime('%Y-%m-%dT%H:%M:%fZ', at - 3000, 'unixepoch'),
             strftime('%Y-%m-%dT%H:%M:%fZ', at - 1200, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%fZ', at, 'unixepoch') FROM r"
    ))
}

fn asked() -> OutcomesOptions {
    later().suggest(Recalled::Known(Box::default()))
}

fn suggested(world: &World) -> Suggestion {
    world.outcomes(&asked()).suggestion.unwrap()
}

#[track_caller]
fn costs(suggestion: &Suggestion) -> &Costs {
    assert_eq!(suggestion.costs.len(), 1, "{suggestion:#?}");
    &suggestion.costs[0]
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1e-6
}

#[test]
fn nothing_is_suggested_unasked() {
    assert_eq!(reaped().outcomes(&later()).suggestion, None);
}

#[test]
fn both_costs_are_told_as_they_were() {
    let suggestion = suggested(&reaped());
    let was = &costs(&suggestion).was;
    // Started two hours ago, and last heard of 16 minutes ago.
    assert!(near(was.work_thrown_away_s, 104.0 * 60.0), "{was:?}");
    assert!(near(was.slots_waiting_s, 16.0 * 60.0), "{was:?}");
    assert_eq!((was.contested, was.unchallenged), (1, 1));
}

#[test]
fn runs_that_bore_longer_silences_raise_the_threshold() {
    let suggestion = suggested(&with_runs(reaped(), 299));
    let (_, of) = suggestion.thresholds.iter().next().unwrap();
    assert_eq!(of.stale_after, Duration::from_secs(2 * 20 * 60));
    assert_eq!(
        (of.because, of.bound.n, of.bound.missing),
        (Because::Bound, 299, 0)
    );
    let suggested = &costs(&suggestion).suggested;
    // The one that beat again after 21 minutes is let live; the other waits for 25 minutes more.
    assert_eq!((suggested.contested, suggested.unchallenged), (0, 1));
    assert!(near(suggested.work_thrown_away_s, 0.0), "{suggested:?}");
    assert!(near(suggested.slots_waiting_s, 41.0 * 60.0), "{suggested:?}");
}

#[test]
fn too_few_runs_say_how_many_are_missing() {
    let suggestion = suggested(&with_runs(reaped(), 100));
    let (_, of) = suggestion.thresholds.iter().next().unwrap();
    assert_eq!((of.bound.bound, of.bound.missing), (None, 199));
    assert_eq!(of.stale_after, Duration::from_secs(900));
    let costs = costs(&suggestion);
    assert_eq!(costs.suggested, costs.was);
}

#[test]
fn suggestion_is_never_below_what_is_in_force() {
    let world = with_runs(reaped(), 299);
    let hour = Duration::from_secs(3600);
    let suggestion = world.outcomes(&asked().stale_after(hour)).suggestion.unwrap();
    let (_, of) = suggestion.thresholds.iter().next().unwrap();
    assert_eq!(of.stale_after, hour);
}

/// A status alone does not say when its worker was heard of.
#[test]
fn run_of_which_nobody_knows_when_it_was_heard_of_is_reaped_all_the_same() {
    let world = with_runs(
        reaped().sql(&format!(
            "UPDATE task_runs SET status = 'completed', last_heartbeat = '{}' WHERE id = 'r1'",
            moment("16m ago")
        )),
        299,
    );
    let suggestion = suggested(&world);
    let costs = costs(&suggestion);
    assert_eq!((costs.was.contested, costs.suggested.contested), (1, 1));
    assert!(near(costs.suggested.work_thrown_away_s, 104.0 * 60.0));
}

/// What a lease decides, no threshold does.
#[test]
fn lease_is_borne_as_before() {
    let mut world = World::new()
        .add_column("task_runs", "lease_expires_at TEXT")
        .running("t1")
        .run("r1")
        .lease("1m ago");
    assert_eq!(reasons(&world.sweep()), ["t1: lease_expired"]);
    let suggestion = suggested(&with_runs(world, 299));
    let costs = costs(&suggestion);
    assert_eq!(costs.suggested, costs.was);
}

#[test]
fn reap_whose_record_says_too_little_is_counted_as_such() {
    let world = World::new()
        .task("t1")
        .other_run("r1")
        .status("abandoned")
        .sql(&format!(
            r#"INSERT INTO task_events (task_id, event_type, payload, created_at)
               VALUES ('t1', 'zombie_reaped', '{{"reason": "stale_heartbeat", "run_id": "r1"}}', '{}')"#,
            moment("1h ago")
        ));
    assert_eq!(costs(&suggested(&world)).uncounted, 1);
}

#[test]
fn evidence_that_is_lost_is_said() {
    let lost = later().suggest(Recalled::Unread("it is damaged".to_owned()));
    let outcomes = reaped().outcomes(&lost);
    assert!(
        outcomes
            .warnings
            .iter()
            .any(|warning| warning.contains("it is damaged")),
        "{:?}",
        outcomes.warnings
    );
}
