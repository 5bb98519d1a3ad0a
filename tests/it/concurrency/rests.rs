//! Between two batches the lock is left to those who wait for it.

use std::num::NonZeroUsize;

use tempfile::TempDir;

use super::{commits_meanwhile, on_disk};
use crate::world::World;

const REST_MS: u64 = 100;

/// So many zombies, each a batch of its own.
fn batches(count: u32) -> (TempDir, World) {
    let (folder, world) = on_disk("WAL");
    let world = (0..count).fold(world, World::running);
    let world = world.options(|options| options.batch_size(NonZeroUsize::MIN));
    (folder, world)
}

#[test]
fn sweep_rests_where_others_write() {
    let (folder, mut world) = batches(4);
    commits_meanwhile(&folder, &mut world, "UPDATE projects SET name = 'Renamed'");
    let report = world.sweep();
    assert_eq!(report.transactions, 4);
    assert!(report.duration_ms >= 3 * REST_MS, "{report:?}");
}

#[test]
fn sweep_does_not_rest_where_nobody_else_writes() {
    let (_folder, mut world) = batches(50);
    let report = world.sweep();
    assert_eq!(report.transactions, 50);
    assert!(report.duration_ms < 49 * REST_MS, "{report:?}");
}

#[test]
fn sweep_takes_the_lock_for_less_at_a_time_where_others_write() {
    let (folder, world) = on_disk("WAL");
    let mut world = (0..2_001).fold(world, World::running);
    commits_meanwhile(&folder, &mut world, "UPDATE projects SET name = 'Renamed'");
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 2_001);
    assert!(report.transactions >= 2, "{report:?}");
}
