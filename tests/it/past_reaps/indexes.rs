//! Where no index leads to the reaps, a warning says which would.

use super::all;
use crate::world::World;

/// Many events, of which few are reaps.
fn many() -> World {
    World::new().reaped("t1", "1h ago").sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO task_events (task_id, event_type, created_at) SELECT 't' || i, 'claimed', '2026-04-11T01:00:00Z' FROM n",
    )
}

fn warns(world: &World, options: &zombie_sweeper::inspect::HistoryOptions) -> Vec<String> {
    let warnings = world.history(options).warnings;
    warnings
        .into_iter()
        .filter(|warning| warning.contains("CREATE INDEX"))
        .collect()
}

#[test]
fn index_that_would_lead_is_named_and_then_leads() {
    let world = many();
    let warnings = warns(&world, &all());
    let index = "CREATE INDEX task_events_event_type_created_at ON task_events(event_type, created_at)";
    assert!(warnings[0].contains(index), "{warnings:?}");
    assert!(warns(&world.sql(index), &all()).is_empty());
}

#[test]
fn one_that_leads_from_the_task_serves_a_task() {
    assert!(warns(&many(), &all().task("t1")).is_empty());
    let warnings = warns(&many().sql("DROP INDEX idx_task_events_task"), &all().task("t1"));
    assert!(
        warnings[0].contains("CREATE INDEX task_events_task_id ON task_events(task_id)"),
        "{warnings:?}"
    );
}
