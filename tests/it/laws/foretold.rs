//! What a watch is told: no task that was found alive is a zombie before the moment at which the next one can be.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use zombie_sweeper::watch::{Moment, Watch};
use zombie_sweeper::{Policy, SweepOptions, SweepReport};

use super::queue::{Queue, queues};
use super::{config, reaped};
use crate::world::{NOW, World};

fn policies() -> impl Strategy<Value = Policy> {
    let seconds = |range: std::ops::Range<u64>| range.prop_map(Duration::from_secs);
    let grace = prop::option::of(seconds(1..3_000));
    (seconds(1..3_000), grace, seconds(0..1_200)).prop_map(|(stale_after, claim_grace, settle)| Policy {
        stale_after,
        claim_grace,
        settle,
    })
}

/// What one look of a watch at this queue says.
fn looked(queue: &Queue, policy: Policy) -> (World, SweepReport) {
    let mut world = queue.build().options(|options| options.policy(policy));
    let at = Moment {
        wall: NOW,
        since_boot: Duration::from_secs(1_000),
    };
    let options = Watch::new(Duration::from_secs(1), at).options(&SweepOptions::at(NOW).policy(policy), at);
    let report = world.sweep_with(&options);
    (world, report)
}

/// The zombies of another moment, but for those that nothing told dead from alive before.
fn zombies_at(world: &mut World, before: &SweepReport, at: DateTime<Utc>) -> BTreeSet<String> {
    let undecided = before.undecided.iter().map(|task| task.task_id.clone());
    let found = reaped(&world.dry_run_at(at));
    found.difference(&undecided.collect()).cloned().collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_living_task_is_a_zombie_before_it_is_due(queue in queues(), policy in policies(), shares in prop::collection::vec(0.0..1.0, 6)) {
        let (mut world, report) = looked(&queue, policy);
        let end = report.next_due().unwrap_or(NOW + TimeDelta::days(2));
        let ahead = end - NOW - TimeDelta::microseconds(1);
        prop_assert!(ahead >= TimeDelta::zero(), "due in the past: {end}");
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "any moment will do")]
        let share = |share: f64| (ahead.num_microseconds().unwrap() as f64 * share) as i64;
        let moments = shares.into_iter().chain([1.0]).map(|part| NOW + TimeDelta::microseconds(share(part)));
        for at in moments {
            let found = zombies_at(&mut world, &report, at);
            prop_assert!(found.is_empty(), "{found:?} at {at}, due at {end}");
        }
    }
}

/// A bound that is always too low would keep the watch awake for nothing.
#[test]
fn moment_that_is_foretold_is_mostly_when_one_is_due() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut foretold, mut right) = (0, 0);
    for _ in 0..128 {
        let queue = queues().new_tree(&mut runner).unwrap().current();
        let policy = policies().new_tree(&mut runner).unwrap().current();
        let (mut world, report) = looked(&queue, policy);
        let Some(due) = report.next_due() else { continue };
        foretold += 1;
        right += usize::from(!zombies_at(&mut world, &report, due).is_empty());
    }
    assert!(foretold > 40 && right * 2 > foretold, "{right} of {foretold}");
}
