//! They may call a function that only their own process has.

use zombie_sweeper::SweepError;
use zombie_sweeper::store::StoreError;

use super::{WRITES, one_zombie};
use crate::world::World;

#[test]
fn trigger_that_calls_a_function_of_the_orchestrators_process_only() {
    for (write, _) in WRITES {
        let mut world = one_zombie().sql(&format!(
            "CREATE TRIGGER theirs AFTER {write} BEGIN SELECT notify_orchestrator(NEW.rowid); END"
        ));
        let before = world.dump();
        let error = world.try_sweep().unwrap_err();
        assert!(
            matches!(error, SweepError::Store(StoreError::MissingFunction { .. })),
            "{write}: {error:?}"
        );
        assert!(error.to_string().contains("notify_orchestrator"), "{error}");
        assert_eq!(world.dump(), before);
    }
}

#[test]
fn such_a_trigger_does_not_matter_while_all_is_well() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("1m ago")
        .sql("CREATE TRIGGER theirs AFTER UPDATE ON tasks BEGIN SELECT notify_orchestrator(NEW.id); END");
    assert_eq!(world.sweep().healthy, 1);
}
