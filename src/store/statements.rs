//! The text of every statement. Names stand behind their table's alias always: SQLite takes a lone `"name"` that is no
//! column for a text, and only so can it not.

use super::catalog::{ColumnInfo, TableInfo};
use super::profile::{Constant, Constants};
use super::schema::{Events, Recurring, Runs, Schema, Tasks, Workspaces};
use super::stamps::Stamps;
use super::value::{identifier, literal};

/// What tells the running tasks wanted from the rest.
#[derive(Clone, Copy)]
pub(super) enum Which {
    All,
    BehindKey,
    WithId,
}

pub(super) fn running_tasks(schema: &Schema, in_project: &str, which: Which) -> String {
    let (tasks, held) = (&schema.tasks, held_columns(&schema.tasks));
    let which = match which {
        Which::All => String::new(),
        Which::BehindKey => format!("AND {} > ?1", key("t", &tasks.table, &tasks.id)),
        Which::WithId => format!("AND {} = ?1", column("t", &tasks.id)),
    };
    let held = held.fold(String::new(), |list, held| list + ", " + &column("t", held));
    let in_project = if in_project.is_empty() {
        String::new()
    } else {
        format!("AND {in_project}")
    };
    let mut names = names(schema);
    names.extend([("held", held), ("which", which), ("in_project", in_project)]);
    render(include_str!("sql/running_tasks.sql"), &names)
}

/// The columns of a task that say what it holds.
pub(super) fn held_columns(tasks: &Tasks) -> impl Iterator<Item = &ColumnInfo> {
    tasks.clear.iter()
}

/// The unfinished runs of the task with key ?1 but for that with key ?2. From the task on: a lookup, if an index leads on.
pub(super) fn other_runs_of_one(schema: &Schema) -> String {
    let task = key("t", &schema.tasks.table, &schema.tasks.id);
    let run = key("r", &schema.runs.table, &schema.runs.id);
    let which = format!("{task} = ?1 AND {run} IS NOT ?2");
    other_runs(schema, "CROSS", which)
}

/// The unfinished runs of all running tasks.
pub(super) fn other_runs_of_all(schema: &Schema) -> String {
    let tasks = &schema.tasks;
    other_runs(
        schema,
        "",
        format!("{} = {}", column("t", &tasks.status), literal(&tasks.running)),
    )
}

fn other_runs(schema: &Schema, join: &str, which: String) -> String {
    // Not a list for IN: SQLite makes a table of that, anew for each task.
    let status = column("r", &schema.runs.status);
    let finished: Vec<_> = schema
        .runs
        .finished
        .iter()
        .map(|word| format!("{status} COLLATE BINARY = {}", literal(word)))
        .collect();
    let mut names = names(schema);
    names.extend([
        ("is_finished", finished.join(" OR ")),
        ("join", join.to_owned()),
        ("which", which),
    ]);
    render(include_str!("sql/other_runs.sql"), &names)
}

pub(super) fn held_workspaces(schema: &Schema, workspaces: &Workspaces) -> String {
    let mut names = names(schema);
    names.extend(workspace_names(workspaces));
    // A workspace that names a task is that task's: its run may be an old one, or one of the same number elsewhere.
    let no_other_holder = workspaces.task.as_ref().map_or_else(String::new, |task| {
        let task = column("w", task);
        format!(
            "AND ({task} = {} OR trim(coalesce({task}, '')) = '')",
            column("t", &schema.tasks.id)
        )
    });
    names.push(("no_other_holder", no_other_holder));
    let by_task = render(include_str!("sql/held_by_task.sql"), &names);
    let by_run = render(include_str!("sql/held_by_run.sql"), &names);
    match (&workspaces.task, &workspaces.run) {
        (Some(_), None) => by_task,
        (None, _) => by_run,
        (Some(_), Some(_)) => render(
            include_str!("sql/held_workspaces.sql"),
            &[("by_task", by_task), ("by_run", by_run)],
        ),
    }
}

pub(super) fn reset_task(tasks: &Tasks, stamps: &Stamps) -> String {
    let mut set = Assignments::default();
    set.to(&tasks.status, &literal(&tasks.open));
    set.empty(&tasks.table, [&tasks.active_run]);
    set.empty(&tasks.table, &tasks.clear);
    set.moment(tasks.updated.as_ref(), stamps.updated.as_deref());
    if let (Some(next), Some(now)) = (&tasks.next_eligible, &stamps.next_eligible) {
        let is_recurring = match &tasks.recurring {
            Recurring::Never => None,
            Recurring::Kind(kind, word) => Some(format!("{} = {}", column("t", kind), literal(word))),
            Recurring::Flag(flag) => Some(column("t", flag)),
        };
        if let Some(is_recurring) = is_recurring {
            set.to(
                next,
                &format!(
                    "CASE WHEN {is_recurring} THEN {now} ELSE {} END",
                    column("t", next)
                ),
            );
        }
    }
    set.constants(&tasks.set);
    let names = [
        ("tasks", tasks.table.qualified_name()),
        ("assignments", set.sql()),
        ("key", key("t", &tasks.table, &tasks.id)),
        ("status", column("t", &tasks.status)),
        ("running", literal(&tasks.running)),
        ("active_run", column("t", &tasks.active_run)),
    ];
    render(include_str!("sql/reset_task.sql"), &names)
}

pub(super) fn run_stands(runs: &Runs) -> String {
    let names = [
        ("runs", runs.table.qualified_name()),
        ("key", key("r", &runs.table, &runs.id)),
        ("status", column("r", &runs.status)),
    ];
    render(include_str!("sql/run_stands.sql"), &names)
}

pub(super) fn abandon_run(runs: &Runs, stamps: &Stamps) -> String {
    let mut set = Assignments::default();
    set.to(&runs.status, &literal(&runs.abandoned));
    if let (Some(ended), Some(now)) = (&runs.ended, &stamps.ended) {
        let name = column("r", ended);
        // A numeric column that must not be null says 0 where it means none.
        set.to(
            ended,
            &format!(
                "CASE WHEN {name} IS NULL THEN {now} ELSE CASE trim({name}, char(9, 10, 13, 32))
                 WHEN '' THEN {now} WHEN '0' THEN {now} WHEN '0.0' THEN {now} ELSE {name} END END"
            ),
        );
    }
    set.empty(&runs.table, &runs.clear);
    set.constants(&runs.set);
    let names = [
        ("runs", runs.table.qualified_name()),
        ("assignments", set.sql()),
        ("key", key("r", &runs.table, &runs.id)),
        ("status", column("r", &runs.status)),
    ];
    render(include_str!("sql/abandon_run.sql"), &names)
}

pub(super) fn free_workspace(workspaces: &Workspaces, stamps: &Stamps) -> String {
    let mut set = Assignments::default();
    set.empty(
        &workspaces.table,
        [&workspaces.task, &workspaces.run].into_iter().flatten(),
    );
    if let Some(status) = &workspaces.status {
        set.to(status, &literal(&workspaces.free));
    }
    set.moment(workspaces.released.as_ref(), stamps.released.as_deref());
    let mut names: Vec<_> = workspace_names(workspaces).into();
    names.push(("assignments", set.sql()));
    render(include_str!("sql/free_workspace.sql"), &names)
}

pub(super) fn insert_event(events: &Events, stamps: &Stamps) -> String {
    let mut columns = Assignments::default();
    columns.to(&events.task, ":task");
    columns.to(&events.kind, &literal(&events.reaped));
    let optional = [
        (&events.uuid, ":id"),
        (&events.actor, ":actor"),
        (&events.payload, ":payload"),
    ];
    for (column, value) in optional {
        if let Some(column) = column {
            columns.to(column, value);
        }
    }
    if let Some(run) = &events.run {
        columns.to(run, &format!("coalesce(:run, {})", events.table.empty_value(run)));
    }
    columns.moment(events.time.as_ref(), stamps.event.as_deref());
    columns.constants(&events.set);
    let (columns, values): (Vec<_>, Vec<_>) = columns.0.into_iter().unzip();
    let names = [
        ("events", events.table.qualified_name()),
        ("columns", columns.join(", ")),
        ("values", values.join(", ")),
    ];
    render(include_str!("sql/insert_event.sql"), &names)
}

pub(super) fn statuses(table: &TableInfo, status: &ColumnInfo) -> String {
    let names = [
        ("table", table.qualified_name()),
        ("status", identifier(&status.name)),
    ];
    render(include_str!("sql/statuses.sql"), &names)
}

pub(super) fn recent(table: &TableInfo, values: &ColumnInfo) -> String {
    let newest_first = table
        .rowid()
        .map_or_else(String::new, |rowid| format!("ORDER BY t.{rowid} DESC"));
    let names = [
        ("table", table.qualified_name()),
        ("t.column", column("t", values)),
        ("newest_first", newest_first),
    ];
    render(include_str!("sql/recent.sql"), &names)
}

/// Column and value pairs, a later one in the place of an earlier one: the profile has the last word.
#[derive(Default)]
struct Assignments(Vec<(String, String)>);

impl Assignments {
    fn to(&mut self, column: &ColumnInfo, value: &str) {
        if column.generated {
            return; // SQLite computes it, from what is written elsewhere in the row
        }
        self.0.retain(|(name, _)| *name != identifier(&column.name));
        self.0.push((identifier(&column.name), value.to_owned()));
    }

    fn empty<'c>(&mut self, table: &TableInfo, columns: impl IntoIterator<Item = &'c ColumnInfo>) {
        for column in columns {
            self.to(column, &table.empty_value(column));
        }
    }

    fn moment(&mut self, column: Option<&ColumnInfo>, now: Option<&str>) {
        if let (Some(column), Some(now)) = (column, now) {
            self.to(column, now);
        }
    }

    fn constants(&mut self, constants: &Constants) {
        for (name, value) in constants {
            self.0
                .retain(|(set, _)| !set.eq_ignore_ascii_case(&identifier(name)));
            let value = match value {
                Constant::Boolean(yes) => i64::from(*yes).to_string(),
                Constant::Integer(number) => number.to_string(),
                Constant::Real(number) => format!("{number:?}"),
                Constant::Text(text) => literal(text),
            };
            self.0.push((identifier(name), value));
        }
    }

    fn sql(&self) -> String {
        let pairs: Vec<_> = self
            .0
            .iter()
            .map(|(column, value)| format!("{column} = {value}"))
            .collect();
        pairs.join(", ")
    }
}

/// What the reading templates call `{t.…}` and `{r.…}`.
fn names(schema: &Schema) -> Vec<(&'static str, String)> {
    let (tasks, runs) = (&schema.tasks, &schema.runs);
    vec![
        ("tasks", tasks.table.qualified_name()),
        ("running", literal(&tasks.running)),
        ("t.key", key("t", &tasks.table, &tasks.id)),
        ("t.id", column("t", &tasks.id)),
        ("t.status", column("t", &tasks.status)),
        ("t.active_run", column("t", &tasks.active_run)),
        ("t.heartbeat", optional("t", tasks.heartbeat.as_ref())),
        ("t.started", optional("t", tasks.started.as_ref())),
        ("t.updated", optional("t", tasks.updated.as_ref())),
        ("runs", runs.table.qualified_name()),
        ("r.key", key("r", &runs.table, &runs.id)),
        ("r.id", column("r", &runs.id)),
        ("r.task", column("r", &runs.task)),
        ("r.status", column("r", &runs.status)),
        ("r.heartbeat", optional("r", runs.heartbeat.as_ref())),
        ("r.started", optional("r", runs.started.as_ref())),
        ("r.ended", optional("r", runs.ended.as_ref())),
    ]
}

/// What the workspace templates call `{w.…}`.
fn workspace_names(workspaces: &Workspaces) -> [(&'static str, String); 4] {
    let table = &workspaces.table;
    let first_key = table.columns.iter().find(|column| column.key_place == 1);
    let rowid = table.rowid().unwrap_or("rowid");
    [
        ("workspaces", table.qualified_name()),
        (
            "w.key",
            first_key.map_or_else(|| format!("w.{rowid}"), |first| key("w", table, first)),
        ),
        ("w.task", optional("w", workspaces.task.as_ref())),
        ("w.run", optional("w", workspaces.run.as_ref())),
    ]
}

fn column(alias: &str, column: &ColumnInfo) -> String {
    format!("{alias}.{}", identifier(&column.name))
}

fn optional(alias: &str, role: Option<&ColumnInfo>) -> String {
    role.map_or_else(|| "NULL".to_owned(), |role| column(alias, role))
}

fn key(alias: &str, table: &TableInfo, id: &ColumnInfo) -> String {
    format!("{alias}.{}", table.key_or(id))
}

/// Fills in `{names}`, in one pass: what is filled in is not looked at again. Comment lines are left out, as a name
/// filled in there could end the line.
fn render(template: &str, names: &[(&str, String)]) -> String {
    let mut sql = String::with_capacity(template.len() * 2);
    for line in template.lines().filter(|line| !line.starts_with("--")) {
        let mut rest = line;
        while let Some((before, name, after)) = next_name(rest) {
            sql.push_str(before);
            sql.push_str(
                names
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map_or("", |(_, value)| value),
            );
            rest = after;
        }
        sql.push_str(rest);
        sql.push('\n');
    }
    sql
}

fn next_name(line: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = line.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}
