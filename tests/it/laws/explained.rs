//! What is said of a task is what a sweep finds and does.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::select;
use zombie_sweeper::inspect::{ExplainedTask, explain};
use zombie_sweeper::zombie::Standing;
use zombie_sweeper::{Policy, SweepOptions, SweepReport, sweep_zombie_tasks};

use super::config;
use super::queue::queues;
use crate::world::{Dump, NOW, World, moment};

fn policies() -> impl Strategy<Value = Policy> {
    let times = || select(vec![60_u64, 900, 1800]).prop_map(Duration::from_secs);
    let settle = prop_oneof![2 => Just(Duration::ZERO), 1 => times()];
    (times(), proptest::option::of(times()), settle).prop_map(|(stale_after, claim_grace, settle)| Policy {
        stale_after,
        claim_grace,
        settle,
    })
}

fn options(policy: Policy, at: DateTime<Utc>) -> SweepOptions {
    SweepOptions::at(at).policy(policy)
}

fn ids(dump: &Dump) -> Vec<String> {
    dump["tasks"].keys().cloned().collect()
}

fn explained(world: &World, policy: Policy, id: &str) -> ExplainedTask {
    explained_by(world, &options(policy, NOW), id)
}

fn explained_by(world: &World, options: &SweepOptions, id: &str) -> ExplainedTask {
    let explanation = explain(&world.conn, options, id, None).unwrap();
    assert_eq!(explanation.tasks.len(), 1);
    explanation.tasks.into_iter().next().unwrap()
}

/// The task was reaped for its silence an hour ago.
fn reaped_before(world: World, id: &str) -> World {
    let sql = "INSERT INTO task_events (task_id, event_type, payload, created_at) VALUES (?1, 'zombie_reaped', ?2, ?3)";
    let payload = r#"{"reason": "stale_heartbeat"}"#;
    world.conn.execute(sql, [id, payload, &moment("1h ago")]).unwrap();
    world
}

fn dry_run(world: &mut World, policy: Policy, at: DateTime<Utc>) -> SweepReport {
    sweep_zombie_tasks(&mut world.conn, &options(policy, at).dry_run(true)).unwrap()
}

/// What a dry run says of a task: its reason code, `undecided` and why, or nothing.
fn said(report: &SweepReport, id: &str) -> Option<String> {
    let reaps = report
        .reaps
        .iter()
        .map(|reap| (reap.task_id.to_string(), reap.reason.to_string()));
    let undecided = report
        .undecided
        .iter()
        .map(|task| (task.task_id.clone(), format!("undecided: {}", task.why)));
    let mut all = reaps.chain(undecided);
    all.find(|(task, _)| task == id).map(|(_, said)| said)
}

fn is_reaped(report: &SweepReport, id: &str) -> bool {
    report.reaps.iter().any(|reap| reap.task_id.to_string() == id)
}

/// Table, row and column, and what would stand there.
type Writes = BTreeSet<(String, String, String, String)>;

fn foretold(tasks: &[ExplainedTask]) -> Writes {
    let mut writes = Writes::new();
    for row in tasks.iter().flat_map(|task| &task.writes) {
        for change in &row.columns {
            let after = match change.after.to_string() {
                null if null == "null" => "NULL".to_owned(),
                text => text,
            };
            writes.insert((
                row.table.clone(),
                row.id.to_string(),
                change.column.clone(),
                after,
            ));
        }
    }
    writes
}

fn written(before: &Dump, after: &Dump) -> Writes {
    let mut writes = Writes::new();
    for (table, rows) in after {
        for (key, row) in rows {
            let old = before[table].get(key);
            let empty = BTreeMap::new();
            for (column, value) in row {
                let old = old.unwrap_or(&empty).get(column);
                if old.is_some_and(|old| old != value) || old.is_none() && value != "NULL" {
                    writes.insert((table.clone(), key.clone(), column.clone(), value.clone()));
                }
            }
        }
    }
    writes
}

/// A payload without what the sweep has counted: no single task tells that.
fn without_counts(payload: &str) -> String {
    match (payload.find(r#","sweep":"#), payload.find(r#","sweeper":"#)) {
        (Some(start), Some(end)) => format!("{}{}", &payload[..start], &payload[end..]),
        _ => payload.to_owned(),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn verdict_explained_is_that_of_the_dry_run(queue in queues(), policy in policies()) {
        let mut world = queue.build();
        let report = dry_run(&mut world, policy, NOW);
        let before = world.dump();
        for id in ids(&before) {
            let task = explained(&world, policy, &id);
            let verdict = match task.verdict {
                Some("zombie") => task.reason.as_ref().map(ToString::to_string),
                Some("undecided") => {
                    let row = task.rows.iter().find(|row| Some(row.row) == task.row).unwrap();
                    Some(format!("undecided: {}", row.why.as_ref().unwrap()))
                }
                _ => None,
            };
            prop_assert_eq!(verdict, said(&report, &id), "{}: {}", id, task.says);
            let runs = before["tasks"][&id]["status"] == "running";
            prop_assert_eq!(task.standing == Standing::LookedAt, runs);
            prop_assert_eq!(task.verdict.is_some(), runs);
        }
        prop_assert_eq!(world.dump(), before);
    }

    #[test]
    fn becomes_a_zombie_at_the_moment_named_and_not_before(queue in queues(), policy in policies()) {
        let mut world = queue.build();
        for id in ids(&world.dump()) {
            let task = explained(&world, policy, &id);
            if task.verdict.is_none() {
                continue;
            }
            match &task.zombie_at {
                Some(at) => {
                    let at = DateTime::parse_from_rfc3339(at).unwrap().to_utc();
                    let report = dry_run(&mut world, policy, at);
                    prop_assert!(is_reaped(&report, &id), "{} at {}: {}", id, at, task.says);
                    // What lies further ahead than can be believed is believed a moment sooner by a sweep that takes its time.
                    let is_ahead = task.signs.iter().any(|sign| {
                        sign.age_s.is_some_and(|age| age < -policy.stale_after.as_secs_f64())
                    });
                    if at > NOW && !is_ahead {
                        let report = dry_run(&mut world, policy, at - TimeDelta::microseconds(1));
                        prop_assert!(!is_reaped(&report, &id), "{} before {}: {}", id, at, task.says);
                    }
                }
                None if task.verdict != Some("zombie") => {
                    for days in [1, 3] {
                        let report = dry_run(&mut world, policy, NOW + TimeDelta::days(days));
                        prop_assert!(!is_reaped(&report, &id), "{}: {}", id, task.says);
                    }
                }
                None => {}
            }
        }
    }

    #[test]
    fn what_a_sweep_would_write_is_what_it_writes(
        queue in queues(),
        policy in policies(),
        park_after in proptest::option::of(1_usize..3),
        in_company in any::<bool>(),
    ) {
        let mut world = queue.build();
        if in_company {
            // So that the death of one is its own, and a task may be parked.
            world = ["a", "b", "c", "d", "e", "f", "g", "h"].iter().fold(world, |world, name| {
                world.running(format!("alive-{name}")).run(format!("alive-{name}")).heartbeat("1s ago")
            });
        }
        for id in ids(&world.dump()).iter().step_by(2) {
            world = reaped_before(world, id);
        }
        let parking = |options: SweepOptions| match park_after.and_then(NonZeroUsize::new) {
            Some(reaps) => options.park_after(reaps),
            None => options,
        };
        let before = world.dump();
        let options = parking(options(policy, NOW));
        let report = sweep_zombie_tasks(&mut world.conn, &options.clone().dry_run(true)).unwrap();
        // No single task tells that the fleet died: none is parked then.
        let is_a_fleet = report.reaps.len() * 2 > report.scanned;
        let asked = if is_a_fleet { self::options(policy, NOW) } else { options.clone() };
        let tasks: Vec<_> = ids(&before).iter().map(|id| explained_by(&world, &asked, id)).collect();
        let report = sweep_zombie_tasks(&mut world.conn, &options).unwrap();
        let parked: BTreeSet<_> = report.parked.iter().map(ToString::to_string).collect();
        let said: BTreeSet<_> = tasks.iter().filter(|task| task.would_be_parked).map(|task| task.task_id.to_string()).collect();
        prop_assert_eq!(said, parked);
        let after = world.dump();
        let of_events = |writes: &Writes| {
            // Each is told as the next event, as if no other task were reaped.
            let values = writes.iter().filter(|(table, _, column, _)| table == "task_events" && column != "id");
            values.map(|(_, _, column, value)| (column.clone(), without_counts(value))).collect::<BTreeSet<_>>()
        };
        let of_rows = |writes: &Writes| {
            let rows = writes.iter().filter(|(table, ..)| table != "task_events" && table != "sqlite_sequence");
            rows.cloned().collect::<Writes>()
        };
        let written = written(&before, &after);
        let each: Vec<_> = tasks.iter().map(|task| foretold(std::slice::from_ref(task))).collect();
        let events: BTreeSet<_> = each.iter().flat_map(&of_events).collect();
        prop_assert_eq!(events, of_events(&written));
        prop_assert_eq!(of_rows(&foretold(&tasks)), of_rows(&written));
    }
}
