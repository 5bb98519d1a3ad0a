//! The text of the statements that answer questions about single tasks, and about what was.

use super::alike;
use super::keys::{column, column_or_null, is_id, key};
use super::layout::{RunLayout, TaskLayout, list};
use super::schema::{Events, Schema, Tasks, Workspaces};
use super::statements::{is_at_work, names, newest_rows, render, task_names, workspace_names};
use super::value::literal;

fn or_true(sql: &str) -> String {
    if sql.is_empty() { "TRUE" } else { sql }.to_owned()
}

/// The tasks that so many parameters name, at most so many. `labels` are what else is read of them.
pub(super) fn tasks_named(
    schema: &Schema,
    layout: &TaskLayout,
    labels: &str,
    in_project: &str,
    parameters: usize,
    most: usize,
) -> String {
    let tasks = &schema.tasks;
    let mut names = task_names(tasks);
    let is_named: Vec<_> = (1..=parameters).map(|place| is_id(&tasks.id, place)).collect();
    names.extend([
        ("columns", list(&layout.places)),
        ("at_work", is_at_work(tasks)),
        ("labels", labels.to_owned()),
        (
            "condition",
            or_true(tasks.condition.as_deref().unwrap_or_default()),
        ),
        ("in_project", or_true(in_project)),
        ("is_named", is_named.join(" OR ")),
        ("most", most.to_string()),
    ]);
    render(include_str!("sql/tasks_named.sql"), &names)
}

/// The keys and ids of the tasks that so many parameters name, and that meet a condition where `within` is one.
pub(super) fn keys_named(tasks: &Tasks, within: &str, parameters: usize) -> String {
    let mut names = task_names(tasks);
    let is_named: Vec<_> = (1..=parameters).map(|place| is_id(&tasks.id, place)).collect();
    names.extend([
        ("at_work", is_at_work(tasks)),
        ("within", or_true(within)),
        ("is_named", is_named.join(" OR ")),
    ]);
    render(include_str!("sql/keys_named.sql"), &names)
}

pub(super) fn latest_runs(schema: &Schema, layout: &RunLayout, most: usize) -> String {
    let mut names = names(schema);
    names.extend([("columns", list(&layout.places)), ("most", most.to_string())]);
    render(include_str!("sql/latest_runs.sql"), &names)
}

/// The latest events of a task, of one kind where one is named.
pub(super) fn events_of_task(events: &Events, kind: Option<&str>, most: usize) -> String {
    let mut names = event_names(events);
    // The plus keeps SQLite from looking for the kind, which very many events may have.
    let and_kind = kind.map(|kind| format!("AND +{} = {}", column("e", &events.kind), literal(kind)));
    names.extend([
        ("and_kind", and_kind.unwrap_or_default()),
        ("most", most.to_string()),
    ]);
    render(include_str!("sql/events_of_task.sql"), &names)
}

/// What the event templates call `{e.…}`; a role that is not there is null.
pub(super) fn event_names(events: &Events) -> Vec<(&'static str, String)> {
    let optional = |role| column_or_null("e", role);
    vec![
        ("events", events.table.qualified_name()),
        ("e.key", key("e", &events.table)),
        ("e.task", column("e", &events.task)),
        ("e.kind", column("e", &events.kind)),
        ("e.time", optional(events.time.as_ref())),
        ("e.actor", optional(events.actor.as_ref())),
        ("e.payload", optional(events.payload.as_ref())),
        ("e.run", optional(events.run.as_ref())),
    ]
}

/// An id, or null where it is longer than is read to be compared; `octet_length` reads none of it to tell.
fn id_if_short(tasks: &Tasks) -> String {
    let id = column("t", &tasks.id);
    format!("CASE WHEN octet_length({id}) <= {} THEN {id} END", alike::READ)
}

/// The ids on one side of a value.
pub(super) fn neighbours(tasks: &Tasks, beside: &str, order: &str, most: usize) -> String {
    let mut names = task_names(tasks);
    names.extend([
        ("id", id_if_short(tasks)),
        ("beside", beside.to_owned()),
        ("order", order.to_owned()),
        ("most", most.to_string()),
    ]);
    render(include_str!("sql/neighbours.sql"), &names)
}

/// The ids of the tasks made last.
pub(super) fn newest_ids(tasks: &Tasks, most: usize) -> String {
    newest_rows(("t", &tasks.table), &[id_if_short(tasks)], "TRUE", most)
}

/// What names the workspace with key ?1.
pub(super) fn name_of_workspace(workspaces: &Workspaces) -> String {
    let table = &workspaces.table;
    let first = table.key_columns().first().map(|only| column("w", only));
    let mut names = workspace_names(workspaces);
    names.push(("w.name", first.unwrap_or_else(|| key("w", table))));
    render(include_str!("sql/name_of_workspace.sql"), &names)
}
