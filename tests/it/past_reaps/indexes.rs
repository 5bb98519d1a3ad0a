//! Where no index leads to the reaps, a warning says which would.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::all;
use crate::world::World;

/// Many events, of which few are reaps.
fn many() -> World {
    World::new().task("t1").reaped("t1", "1h ago").sql(
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

/// How many times SQLite has taken a thousand steps.
fn thousands_of_steps(world: &mut World, ask: impl FnOnce(&World)) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let count_one = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        false
    };
    world.conn.progress_handler(1_000, Some(count_one)).unwrap();
    ask(world);
    world.conn.progress_handler(0, None::<fn() -> bool>).unwrap();
    count.load(Ordering::Relaxed)
}

#[test]
fn where_an_index_leads_nothing_else_is_read() {
    let by_kind_and_time = "CREATE INDEX both ON task_events(event_type, created_at)";
    let old = "INSERT INTO task_events (task_id, event_type, created_at)
               SELECT task_id, 'zombie_reaped', '2026-03-11T01:00:00Z' FROM task_events";
    let mut world = many().sql(old).sql(by_kind_and_time);
    let since = all().since(std::time::Duration::from_secs(86_400));
    for steps in [
        thousands_of_steps(&mut world, |world| drop(world.history(&since))),
        thousands_of_steps(&mut world, |world| drop(world.history(&all().task("t1")))),
        thousands_of_steps(&mut world, |world| drop(world.explain("t1"))),
    ] {
        assert!(steps < 20, "{steps} thousand steps");
    }
    let without = thousands_of_steps(&mut world.sql("DROP INDEX both"), |world| {
        drop(world.history(&since));
    });
    assert!(without > 100, "{without}");
}

/// How SQLite goes about what a question asks of the events.
fn plans(world: &mut World, ask: impl FnOnce(&World)) -> Vec<String> {
    let statements = world.statements(|world| ask(world));
    let of_events = statements
        .iter()
        .filter(|sql| sql.contains("\"task_events\" AS e"));
    of_events.flat_map(|sql| world.plan(sql)).collect()
}

/// All are counted by what the index holds; only those that are listed are read themselves.
#[test]
fn index_of_their_times_is_enough_to_count_them() {
    let mut world = many().sql("CREATE INDEX both ON task_events(event_type, created_at)");
    let plans = plans(&mut world, |world| drop(world.history(&all())));
    assert_eq!(
        plans,
        [
            "SEARCH e USING COVERING INDEX both (event_type=?)",
            "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)"
        ]
    );
}
