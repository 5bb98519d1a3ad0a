//! `tasks.where`: what is told of a condition that is none.

use zombie_sweeper::SweepError;
use zombie_sweeper::store::{SchemaError, StoreError};

use super::one_zombie;
use crate::world::reasons;

fn with(condition: &str) -> String {
    // What JSON escapes, TOML reads.
    format!("tasks.where = {}", serde_json::to_string(condition).unwrap())
}

#[test]
fn condition_that_sqlite_does_not_understand_is_shown_with_the_reason() {
    for (condition, reason) in [
        ("t.colour = 'red'", "no such column: t.colour"),
        ("t.title = ", "syntax error"),
        ("t.title IS NOT", "syntax error"),
        ("paint(t.title)", "no such function: paint"),
        ("count(*) > 1", "aggregate"),
        ("t.title, t.status", "row value"),
        ("task_runs.status = 'x'", "no such column"),
        ("EXISTS (SELECT 1 FROM nowhere)", "no such table"),
    ] {
        let said = one_zombie(&with(condition)).refused();
        assert!(
            said.starts_with("tasks.where: expected an SQL condition"),
            "{said}"
        );
        assert!(said.contains(&format!("{condition:?}")), "{said}");
        assert!(said.contains(reason), "{condition}: {said}");
        assert!(
            !said.contains("SELECT 1 FROM main"),
            "no statement of ours: {said}"
        );
    }
}

#[test]
fn condition_that_is_more_than_one_expression_is_refused() {
    for condition in [
        "1); DELETE FROM tasks; SELECT (1",
        "1) OR (1",
        "(1",
        "1)",
        "1; SELECT 2",
        "1;",
        "'open",
        "\"t.title",
        "[t.title",
        "1 /* and then",
        "t.title = '(' OR (1",
    ] {
        let mut world = one_zombie(&with(condition));
        let error = world.try_sweep().unwrap_err();
        let SweepError::Store(StoreError::Schema(SchemaError::Condition { condition: shown, .. })) = &error
        else {
            panic!("{condition}: {error:?}");
        };
        assert_eq!(shown, condition);
    }
}

#[test]
fn quotes_brackets_and_comments_hide_what_they_hold() {
    for condition in [
        "t.title <> ');'",
        "t.title <> 'it''s (' AND 1",
        "t.\"title\" <> '' AND [t].[title] <> '(' AND `t`.`title` <> ';'",
        "1 -- ) ; '",
        "1 /* ) ; ' */ AND 1",
        "1 --",
        "(SELECT count(*) FROM tasks AS other WHERE other.id = t.id) = 1",
        "t.id IN ('t1',\n't2')",
    ] {
        let report = one_zombie(&with(condition)).sweep();
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{condition}");
    }
}

#[test]
fn column_that_could_be_a_runs_has_to_be_called_the_tasks() {
    let said = one_zombie(&with("status <> 'x'")).refused();
    assert!(said.contains("ambiguous column name: status"), "{said}");
    assert!(said.contains("write t. before each column"), "{said}");
    one_zombie(&with("frequency = ''")).sweep();
}

#[test]
fn parameter_has_nothing_to_fill_it() {
    for condition in ["t.id = ?", "t.id = ?1", "t.id = :id", "t.id = @id"] {
        let said = one_zombie(&with(condition)).refused();
        assert!(said.contains("it has a parameter"), "{condition}: {said}");
    }
}

#[test]
fn what_does_not_fit_is_named_before_the_condition() {
    let said = one_zombie("tasks.where = 't.colour'\ntasks.columns.heartbeat = 'beat'").refused();
    assert!(said.contains("tasks.heartbeat: expected beat"), "{said}");
}
