//! What holds of every queue, whatever is in it.

mod changes;
mod explained;
mod foretold;
mod queue;

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use zombie_sweeper::SweepReport;

use crate::world::{Dump, World, moment, reasons};
use queue::{Queue, queues};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn reaped(report: &SweepReport) -> BTreeSet<String> {
    report.reaps.iter().map(|reap| reap.task_id.to_string()).collect()
}

/// Sweeps a queue; returns what stood in it before and after.
fn swept(queue: &Queue) -> (SweepReport, Dump, Dump) {
    let mut world = queue.build();
    let before = world.dump();
    let report = world.sweep();
    let after = world.dump();
    (report, before, after)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_second_sweep_reaps_nothing_and_writes_nothing(queue in queues()) {
        let mut world = queue.build();
        let first = world.sweep();
        let between = world.dump();
        let second = world.sweep();
        prop_assert!(second.reaps.is_empty());
        prop_assert_eq!(second.transactions, 0);
        prop_assert_eq!(second.scanned, first.scanned - first.reaps.len());
        prop_assert_eq!(world.dump(), between);
    }

    #[test]
    fn a_dry_run_changes_nothing_and_says_what_the_sweep_then_does(queue in queues()) {
        let mut world = queue.build();
        let before = world.dump();
        let planned = world.dry_run();
        prop_assert_eq!(world.dump(), before);
        let done = world.sweep();
        prop_assert_eq!(reasons(&planned), reasons(&done));
        prop_assert_eq!(&planned.undecided, &done.undecided);
        prop_assert_eq!(&planned.warnings, &done.warnings);
        prop_assert_eq!(
            (planned.scanned, planned.healthy, planned.runs_abandoned, planned.workspaces_freed),
            (done.scanned, done.healthy, done.runs_abandoned, done.workspaces_freed)
        );
    }

    #[test]
    fn each_reap_is_recorded_once_and_nothing_else_is(queue in queues()) {
        let (report, before, after) = swept(&queue);
        prop_assert!(before["task_events"].is_empty());
        let recorded: Vec<_> = after["task_events"].values().map(|row| row["task_id"].clone()).collect();
        prop_assert_eq!(recorded.len(), report.reaps.len());
        prop_assert_eq!(recorded.into_iter().collect::<BTreeSet<_>>(), reaped(&report));
    }

    #[test]
    fn more_patience_reaps_no_other_tasks(queue in queues().prop_map(Queue::in_step), one in 0_u64..4000, other in 0_u64..4000) {
        let swept = |seconds| {
            let world = queue.build();
            reaped(&world.options(|options| options.stale_after(Duration::from_secs(seconds))).sweep())
        };
        let (patient, impatient) = (swept(one.max(other)), swept(one.min(other)));
        prop_assert!(patient.is_subset(&impatient), "{:?} in {:?}", patient, impatient);
    }

    #[test]
    fn a_live_run_makes_any_task_healthy(queue in queues()) {
        let mut world = queue.build();
        let running = queue.running();
        for task in &running {
            world = world.sql(&format!(
                "INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat)
                 VALUES ('live-{task}', '{task}', 'running', '', '{}')",
                moment("15m ago"),
            ));
        }
        let report = world.sweep();
        prop_assert_eq!((report.scanned, report.healthy), (running.len(), running.len()));
    }

    #[test]
    fn a_task_that_is_not_running_is_never_looked_at(queue in queues()) {
        let mut world = queue.build().sql("UPDATE tasks SET status = 'blocked'");
        let before = world.dump();
        prop_assert_eq!(world.sweep().scanned, 0);
        prop_assert_eq!(world.dump(), before);
    }

    #[test]
    fn one_project_at_a_time_comes_to_the_same_as_all_at_once(queue in queues()) {
        let (all, _, expected) = swept(&queue);
        let mut world = queue.build();
        let mut scanned = 0;
        for project in World::PROJECTS {
            world = world.options(|options| options.project(project));
            scanned += world.sweep().scanned;
        }
        prop_assert_eq!(scanned, all.scanned);
        let found = world.dump();
        for table in ["tasks", "task_runs", "workspaces"] {
            prop_assert_eq!(&found[table], &expected[table]);
        }
    }
}

/// A law about zombies says nothing where there are none.
#[test]
fn random_queues_hold_zombies_healthy_tasks_and_undecided_ones() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut reaped, mut healthy, mut undecided, mut freed) = (0, 0, 0, 0);
    for _ in 0..64 {
        let queue = queues().new_tree(&mut runner).unwrap().current();
        let report = queue.build().sweep();
        reaped += report.reaps.len();
        healthy += report.healthy;
        undecided += report.undecided.len();
        freed += report.workspaces_freed;
    }
    assert!(
        reaped > 30 && healthy > 30 && undecided > 10 && freed > 10,
        "{reaped} {healthy} {undecided} {freed}"
    );
}
