//! The newest first, by time, whatever the keys are; counted by day.

use super::{all, at_most, tasks};
use crate::world::{World, moment};

#[test]
fn newest_stands_first_whatever_the_order_of_the_rows() {
    let world = World::new()
        .reaped("t2", "2h ago")
        .reaped("t3", "3h ago")
        .reaped("t1", "1h ago");
    assert_eq!(tasks(&world.history(&all())), ["t1", "t2", "t3"]);
}

#[test]
fn keys_that_are_random_do_not_order_them() {
    let world = World::new()
        .sql("DROP TABLE task_events")
        .sql("CREATE TABLE task_events (id TEXT PRIMARY KEY, task_id TEXT, event_type TEXT, payload TEXT, created_at TEXT) WITHOUT ROWID")
        .sql(
            "INSERT INTO task_events VALUES
                ('a', 't2', 'zombie_reaped', '', '2026-04-11T02:00:00Z'),
                ('b', 't1', 'zombie_reaped', '', '2026-04-11T03:00:00Z'),
                ('c', 't3', 'zombie_reaped', '', '2026-04-11T01:00:00Z')",
        );
    assert_eq!(tasks(&world.history(&all())), ["t1", "t2", "t3"]);
}

#[test]
fn times_of_several_forms_are_ordered_by_what_they_say() {
    let world = World::new()
        .event("t2", "zombie_reaped", "", "1775872800")
        .event("t1", "zombie_reaped", "", "2026-04-11 05:00:00+02:00")
        .event("t3", "zombie_reaped", "", "1775869200000");
    assert_eq!(tasks(&world.history(&all())), ["t1", "t2", "t3"]);
}

#[test]
fn newest_are_listed_and_all_are_counted() {
    let world = World::new()
        .reaped("t1", "1h ago")
        .reaped("t2", "2h ago")
        .reaped("t3", "50h ago");
    let history = world.history(&at_most(1));
    assert_eq!((tasks(&history), history.total), (vec!["t1".to_owned()], 3));
    let days: Vec<_> = history
        .days
        .iter()
        .map(|day| (day.day.as_str(), day.reaps))
        .collect();
    assert_eq!(days, [("2026-04-09", 1), ("2026-04-10", 0), ("2026-04-11", 2)]);
}

#[test]
fn queue_that_was_never_swept_has_none() {
    let history = World::new().task("t1").history(&all());
    assert_eq!(
        (history.total, history.reaps.len(), history.days.len()),
        (0, 0, 0)
    );
    assert!(history.warnings.is_empty(), "{:?}", history.warnings);
}

#[test]
fn of_very_many_the_newest_are_listed_too() {
    // Written in no order.
    let many = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO task_events (task_id, event_type, created_at)
         SELECT 't' || (i * 7919 % 20011), 'zombie_reaped',
                strftime('%Y-%m-%dT%H:%M:%SZ', '{}', '-' || (i * 7919 % 20011) || ' seconds') FROM n",
        moment("1h ago")
    );
    for index in ["", "CREATE INDEX both ON task_events(event_type, created_at)"] {
        let world = World::new().sql(&many).sql(index);
        let history = world.history(&at_most(3));
        assert_eq!(history.total, 20_000);
        assert_eq!(history.days.iter().map(|day| day.reaps).sum::<usize>(), 20_000);
        let newest = "SELECT task_id FROM task_events ORDER BY created_at DESC LIMIT 3";
        let mut newest = world.conn.prepare(newest).unwrap();
        let newest = newest.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let newest: Vec<_> = newest.map(Result::unwrap).collect();
        assert_eq!(tasks(&history), newest, "{index}");
    }
}

/// Asked as of a moment, what came later has not been yet.
#[test]
fn later_reaps_are_left_out_and_said() {
    let world = World::new().reaped("t1", "1h ago").reaped("t2", "in 1h");
    let history = world.history(&all());
    assert_eq!(tasks(&history), ["t1"]);
    assert_eq!(history.total, 1);
    assert!(
        history.warnings.iter().any(|warning| warning
            .starts_with("reaps on record of a time after 2026-04-11T03:18:00")
            && warning.ends_with(": 1")),
        "{:?}",
        history.warnings
    );
}
