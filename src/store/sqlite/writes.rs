//! The text of every statement that writes, and of those that look whether it was written.

use rusqlite::Connection;

use super::catalog::{Affinity, ColumnInfo, TableInfo};
use super::keys::column;
use super::schema::{Events, Recurring, Runs, Tasks, Workspaces};
use super::statements::{self, render, run_names, workspace_names};
use super::value::{identifier, literal};
use crate::profile::{Constant, Constants};

/// `OR ABORT`, where the table's own definition would have a row of somebody's deleted, or ours skipped.
pub(super) type OrAbort = &'static str;

/// What an INSERT into this table, or an UPDATE of it, has to say.
pub(super) fn or_abort(conn: &Connection, table: &TableInfo) -> rusqlite::Result<OrAbort> {
    Ok(if table.has_conflict_clause(conn)? {
        "OR ABORT"
    } else {
        ""
    })
}

/// How many parameters stand before the times in each UPDATE.
pub(super) const TIMES: usize = 4;

pub(super) fn reset_task(tasks: &Tasks, or_abort: OrAbort) -> String {
    let mut names = task_names(tasks);
    names.extend([
        ("assignments", reset(tasks).sql()),
        ("or_abort", or_abort.to_owned()),
    ]);
    render(include_str!("sql/reset_task.sql"), &names)
}

/// Whether a reap has anything to write into a task: an UPDATE without an assignment is none.
pub(super) fn resets_something(tasks: &Tasks) -> bool {
    !reset(tasks).0.is_empty()
}

fn reset(tasks: &Tasks) -> Assignments {
    let mut set = Assignments::default();
    if let Some(status) = tasks.status() {
        set.to(status, "?4");
    }
    set.empty(&tasks.table, &tasks.active_run);
    set.empty(&tasks.table, &tasks.clear);
    let times = tasks
        .updated
        .iter()
        .chain(&tasks.next_eligible)
        .chain(&tasks.stamp);
    for (place, info) in times.enumerate() {
        set.to(
            info,
            &format!("coalesce(?{}, {})", TIMES + 1 + place, column("t", info)),
        );
    }
    for info in &tasks.increment {
        set.to(info, &format!("coalesce({}, 0) + 1", column("t", info)));
    }
    set.constants(&tasks.set);
    set
}

/// How many parameters stand before the times there.
pub(super) const TIMES_OF_UNPARKED: usize = 4;

pub(super) fn unpark_task(tasks: &Tasks, or_abort: OrAbort) -> String {
    let mut set = Assignments::default();
    if let Some(status) = tasks.status() {
        set.to(status, "?4");
    }
    for (place, info) in tasks.updated.iter().chain(&tasks.next_eligible).enumerate() {
        let place = TIMES_OF_UNPARKED + 1 + place;
        set.to(info, &format!("coalesce(?{place}, {})", column("t", info)));
    }
    let mut names = task_names(tasks);
    names.extend([("assignments", set.sql()), ("or_abort", or_abort.to_owned())]);
    render(include_str!("sql/unpark_task.sql"), &names)
}

pub(super) fn task_has_status(tasks: &Tasks) -> String {
    render(include_str!("sql/task_has_status.sql"), &task_names(tasks))
}

pub(super) fn task_stands(tasks: &Tasks) -> String {
    render(include_str!("sql/task_stands.sql"), &task_names(tasks))
}

pub(super) fn task_is_reset(tasks: &Tasks) -> String {
    let set = reset(tasks);
    let emptied = tasks.active_run.iter().chain(&tasks.clear);
    let is = |info: &ColumnInfo| Some(format!("AND {} IS {}", column("t", info), set.value(info)?));
    let emptied = emptied.filter(|info| info.has_constant_default());
    let mut and_emptied: Vec<_> = emptied.filter_map(is).collect();
    let rests = tasks
        .running_where()
        .map(|running| format!("AND {running} IS NOT TRUE"));
    and_emptied.extend(rests);
    let mut names = task_names(tasks);
    names.push(("and_emptied", and_emptied.join(" ")));
    render(include_str!("sql/task_is_reset.sql"), &names)
}

fn task_names(tasks: &Tasks) -> Vec<(&'static str, String)> {
    let mut names = statements::task_names(tasks);
    let and_running = tasks.running_where().map(|running| format!("AND {running}"));
    names.push(("and_running", and_running.unwrap_or_default()));
    names
}

pub(super) fn abandon_run(runs: &Runs, or_abort: OrAbort) -> String {
    let and_open = runs.running_where.as_ref();
    let and_open = and_open.map(|running| format!("AND {running} IS NOT FALSE"));
    let mut names = run_names(runs);
    names.extend([
        ("assignments", abandoned(runs).sql()),
        ("and_open", and_open.unwrap_or_default()),
        ("or_abort", or_abort.to_owned()),
    ]);
    render(include_str!("sql/abandon_run.sql"), &names)
}

fn abandoned(runs: &Runs) -> Assignments {
    let mut set = Assignments::default();
    if let Some(status) = &runs.status {
        set.to(status, "?3");
    }
    if let Some(ended) = runs.ended.first() {
        set.to(ended, &format!("coalesce(?4, {})", column("r", ended)));
    }
    set.empty(&runs.table, &runs.clear);
    set.constants(&runs.set);
    set
}

/// Whether a reap has anything to write into a run.
pub(super) fn abandons_something(runs: &Runs) -> bool {
    !abandoned(runs).0.is_empty()
}

pub(super) fn run_is_unfinished(runs: &Runs) -> String {
    render(include_str!("sql/run_is_unfinished.sql"), &run_names(runs))
}

pub(super) fn free_workspace(workspaces: &Workspaces, or_abort: OrAbort) -> String {
    let mut set = Assignments::default();
    set.empty(
        &workspaces.table,
        [&workspaces.task, &workspaces.run].into_iter().flatten(),
    );
    if let Some(status) = &workspaces.status {
        set.to(status, &word(status, &workspaces.free));
    }
    if let Some(released) = &workspaces.released {
        set.to(released, &format!("coalesce(?4, {})", column("w", released)));
    }
    let mut names = workspace_names(workspaces);
    names.extend([("assignments", set.sql()), ("or_abort", or_abort.to_owned())]);
    render(include_str!("sql/free_workspace.sql"), &names)
}

/// A word as a column without a type keeps it: as a number where it held one.
fn word(info: &ColumnInfo, word: &str) -> String {
    match word.parse::<i64>() {
        Ok(number) if info.affinity() == Affinity::None => {
            let column = column("w", info);
            format!(
                "CASE typeof({column}) WHEN 'integer' THEN {number} ELSE {} END",
                literal(word)
            )
        }
        _ => literal(word),
    }
}

pub(super) fn workspace_is_held(workspaces: &Workspaces) -> String {
    let names = workspace_names(workspaces);
    render(include_str!("sql/workspace_is_held.sql"), &names)
}

/// An event of this type, with its time as SQL.
pub(super) fn insert_event(events: &Events, kind: &str, time: Option<&str>, or_abort: OrAbort) -> String {
    let mut columns = Assignments::default();
    columns.to(&events.task, ":task");
    columns.to(&events.kind, &literal(kind));
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
    if let (Some(column), Some(time)) = (&events.time, time) {
        columns.to(column, time);
    }
    columns.constants(&events.set);
    let (columns, values): (Vec<_>, Vec<_>) = columns.0.into_iter().unzip();
    let names = [
        ("events", events.table.qualified_name()),
        ("columns", columns.join(", ")),
        ("values", values.join(", ")),
        ("or_abort", or_abort.to_owned()),
    ];
    render(include_str!("sql/insert_event.sql"), &names)
}

/// By its row id, or by the UUID that we gave it; `None` where neither addresses it.
pub(super) fn event_is_there(events: &Events) -> Option<String> {
    let key = match (&events.uuid, events.table.rowid()) {
        (Some(uuid), _) => column("e", uuid),
        (None, Some(rowid)) => format!("e.{rowid}"),
        (None, None) => return None,
    };
    let names = [("events", events.table.qualified_name()), ("e.key", key)];
    Some(render(include_str!("sql/event_is_there.sql"), &names))
}

/// The newest values of a column of times: of recurring tasks alone, where it is theirs to be due.
pub(super) fn newest_times(table: &TableInfo, times: &ColumnInfo, of_the_kind: Option<&Recurring>) -> String {
    let newest_first = table
        .rowid()
        .map_or_else(String::new, |rowid| format!("ORDER BY t.{rowid} DESC"));
    let is_of_the_kind = match of_the_kind {
        None | Some(Recurring::Never) => "TRUE".to_owned(),
        Some(Recurring::Kind(kind, word)) => format!("{} = {}", column("t", kind), literal(word)),
        Some(Recurring::Flag(flag)) => {
            let flag = column("t", flag);
            format!("{flag} IS NOT NULL AND {flag} NOT IN (0, '0', '', 'false')")
        }
    };
    let names = [
        ("table", table.qualified_name()),
        ("t.column", column("t", times)),
        ("is_of_the_kind", is_of_the_kind),
        ("newest_first", newest_first),
    ];
    render(include_str!("sql/newest_times.sql"), &names)
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

    fn value(&self, column: &ColumnInfo) -> Option<&str> {
        let name = identifier(&column.name);
        let found = self.0.iter().find(|(set, _)| set.eq_ignore_ascii_case(&name));
        found.map(|(_, value)| value.as_str())
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
