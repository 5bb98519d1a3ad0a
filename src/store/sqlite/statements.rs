//! The text of every statement that reads. Names stand behind their table's alias always: SQLite takes a lone `"name"`
//! that is no column for a text, and only so can it not.

use super::catalog::{Affinity, ColumnInfo, TableInfo};
use super::keys::{column, column_or_null, is_key, is_of_task, is_task, key};
use super::layout::{RunLayout, TaskLayout, WorkerLayout, list};
use super::meeting::Meeting;
use super::schema::{AtWork, Runs, Schema, Tasks, Workers, Workspaces};
use super::value::{identifier, literal};

/// What tells the running tasks wanted from the rest.
#[derive(Clone, Copy)]
pub(super) enum Which {
    All,
    BehindKey,
    WithKey,
}

pub(super) fn running_tasks(
    schema: &Schema,
    (tasks, runs): (&TaskLayout, &RunLayout),
    meeting: Meeting,
    (in_project, which): (&str, Which),
    labels: &str,
) -> String {
    let mut names = names(schema);
    let table = &schema.tasks.table;
    let which = match which {
        Which::All => String::new(),
        Which::BehindKey => format!("AND {} > ?1", key("t", table)),
        Which::WithKey => format!("AND {}", is_key("t", table)),
    };
    let (tasks, runs) = (list(&tasks.places), list(&runs.places));
    let (columns, meeting) = match meeting {
        Meeting::ById => (
            format!("{tasks}, {runs}"),
            "LEFT JOIN {runs} AS r ON {r.id} = {t.active_run}",
        ),
        // The plus keeps SQLite from looking for the number of the attempt, which thousands of runs may have.
        Meeting::ByTask => (
            format!("{tasks}, {runs}"),
            "LEFT JOIN {runs} AS r ON {r.task = t.id} AND +{r.id} = {t.active_run}",
        ),
        Meeting::Apart => (tasks, ""),
    };
    let meeting = render(meeting, &names);
    let in_project = if in_project.is_empty() {
        String::new()
    } else {
        format!("AND {in_project}")
    };
    names.extend([
        ("columns", columns + labels),
        ("meeting", meeting),
        ("which", which),
        ("in_project", in_project),
    ]);
    render(include_str!("sql/running_tasks.sql"), &names)
}

pub(super) fn running_ids(schema: &Schema) -> String {
    render(include_str!("sql/running_ids.sql"), &names(schema))
}

pub(super) fn runs_of_task(schema: &Schema, layout: &RunLayout) -> String {
    // Not a list for IN: SQLite makes a table of that, anew for each task.
    let mut names = names(schema);
    names.push(("columns", list(&layout.places)));
    render(include_str!("sql/runs_of_task.sql"), &names)
}

pub(super) fn history_of_task(schema: &Schema, layout: &RunLayout) -> String {
    let mut names = names(schema);
    names.push(("columns", list(&layout.places)));
    render(include_str!("sql/history_of_task.sql"), &names)
}

pub(super) fn all_workers(workers: &Workers, layout: &WorkerLayout) -> String {
    render(
        include_str!("sql/all_workers.sql"),
        &worker_names(workers, layout),
    )
}

pub(super) fn worker_rows(workers: &Workers, layout: &WorkerLayout) -> String {
    render(
        include_str!("sql/worker_rows.sql"),
        &worker_names(workers, layout),
    )
}

/// What the worker templates call `{w.…}`.
fn worker_names(workers: &Workers, layout: &WorkerLayout) -> Vec<(&'static str, String)> {
    vec![
        ("columns", list(&layout.places)),
        ("workers", workers.table.qualified_name()),
        ("w.id", column("w", &workers.id)),
    ]
}

pub(super) fn all_runs(schema: &Schema, layout: &RunLayout) -> String {
    let mut names = names(schema);
    names.push(("columns", list(&layout.places)));
    render(include_str!("sql/all_runs.sql"), &names)
}

pub(super) fn latest_run(schema: &Schema) -> String {
    render(include_str!("sql/latest_run.sql"), &names(schema))
}

pub(super) fn newest_run(schema: &Schema) -> String {
    render(include_str!("sql/newest_run.sql"), &names(schema))
}

pub(super) fn runs_behind(schema: &Schema, most: usize) -> String {
    let mut names = names(schema);
    names.push(("most", most.to_string()));
    render(include_str!("sql/runs_behind.sql"), &names)
}

pub(super) fn keys_of_task(schema: &Schema) -> String {
    render(include_str!("sql/keys_of_task.sql"), &names(schema))
}

pub(super) fn tasks_of_runs(schema: &Schema) -> String {
    render(include_str!("sql/tasks_of_runs.sql"), &names(schema))
}

pub(super) fn task_of_run(schema: &Schema) -> String {
    render(include_str!("sql/task_of_run.sql"), &names(schema))
}

pub(super) fn task_row(schema: &Schema, layout: &TaskLayout, in_project: &str) -> String {
    let mut names = names(schema);
    let tasks = &schema.tasks;
    let condition = tasks.condition.as_deref().unwrap_or_default();
    let running = tasks.running_where().unwrap_or_default();
    let conditions = [running, condition, in_project];
    let conditions = conditions.iter().filter(|sql| !sql.is_empty());
    let conditions: Vec<_> = conditions.map(|sql| format!("AND {sql}")).collect();
    names.extend([
        ("columns", list(&layout.places)),
        ("condition", conditions.join(" ")),
    ]);
    render(include_str!("sql/task_row.sql"), &names)
}

pub(super) fn run_row(schema: &Schema, layout: &RunLayout) -> String {
    let mut names = names(schema);
    names.push(("columns", list(&layout.places)));
    render(include_str!("sql/run_row.sql"), &names)
}

pub(super) fn workspaces_of_task(workspaces: &Workspaces) -> String {
    let names = workspace_names(workspaces);
    render(include_str!("sql/workspaces_of_task.sql"), &names)
}

/// Those that name no task but a run, or where `with_tasks` says so, those that name either.
pub(super) fn workspaces_in_use(workspaces: &Workspaces, with_tasks: bool) -> String {
    let mut names = workspace_names(workspaces);
    let names_one = |info: &ColumnInfo| {
        let column = column("w", info);
        format!("trim(coalesce({column}, '')) NOT IN ('', '0')")
    };
    let (task, run) = (
        workspaces.task.as_ref().map(names_one),
        workspaces.run.as_ref().map(names_one),
    );
    let whom = match (task, run) {
        (Some(task), Some(run)) if with_tasks => format!("({task} OR {run})"),
        (Some(task), Some(run)) => format!("NOT {task} AND {run}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "FALSE".to_owned(),
    };
    names.push(("whom", whom));
    render(include_str!("sql/workspaces_in_use.sql"), &names)
}

pub(super) fn statuses(table: &TableInfo, status: &ColumnInfo) -> String {
    let names = [
        ("table", table.qualified_name()),
        ("status", identifier(&status.name)),
    ];
    render(include_str!("sql/statuses.sql"), &names)
}

/// These columns of the newest rows of a table, by this alias, of which a condition is true; at most so many.
pub(super) fn newest_rows(
    (alias, table): (&str, &TableInfo),
    columns: &[String],
    is_wanted: &str,
    most: usize,
) -> String {
    let of_key = || {
        table
            .key_columns()
            .into_iter()
            .map(|info| column(alias, info))
            .collect()
    };
    let order: Vec<_> = table
        .rowid()
        .map_or_else(of_key, |rowid| vec![format!("{alias}.{rowid}")]);
    let order: Vec<_> = order.into_iter().map(|place| format!("{place} DESC")).collect();
    let newest_first = if order.is_empty() {
        String::new()
    } else {
        format!("ORDER BY {}", order.join(", "))
    };
    let names = [
        ("columns", columns.join(", ")),
        ("table", table.qualified_name()),
        ("alias", alias.to_owned()),
        ("is_wanted", is_wanted.to_owned()),
        ("newest_first", newest_first),
        ("most", most.to_string()),
    ];
    render(include_str!("sql/newest_rows.sql"), &names)
}

/// A word as SQL, in each form in which the column may hold it: one without a type keeps numbers as numbers, and a number
/// is the word of its digits.
pub(super) fn forms(column: &ColumnInfo, word: &str) -> impl Iterator<Item = String> {
    let number = word.parse::<i64>().ok();
    let number = number.filter(|_| column.affinity() == Affinity::None);
    std::iter::once(literal(word)).chain(number.map(|number| number.to_string()))
}

/// Whether a run is finished by its word, or by the condition that tells instead, as SQL on `r`.
pub(super) fn is_finished(runs: &Runs) -> String {
    if let Some(condition) = &runs.running_where {
        return format!("{condition} IS FALSE");
    }
    let Some(info) = &runs.status else {
        return "FALSE".to_owned();
    };
    let status = column("r", info);
    let words = runs.finished.iter().flat_map(|word| forms(info, word));
    let is_one: Vec<_> = words
        .map(|word| format!("{status} COLLATE BINARY = {word}"))
        .collect();
    is_one.join(" OR ")
}

/// Whether a task is one of those looked at, as SQL on `t`.
pub(super) fn is_running(tasks: &Tasks) -> String {
    let at_work = is_at_work(tasks);
    match &tasks.condition {
        Some(condition) => format!("{at_work} AND {condition}"),
        None => at_work,
    }
}

/// Whether a task is at work, looked at or not, as SQL on `t`.
pub(super) fn is_at_work(tasks: &Tasks) -> String {
    match &tasks.at_work {
        AtWork::Where(condition) => condition.clone(),
        AtWork::Words(info, words) => {
            let status = column("t", info);
            let words: Vec<_> = words.iter().flat_map(|word| forms(info, word)).collect();
            match words.as_slice() {
                [word] => format!("{status} = {word}"),
                words => format!("{status} IN ({})", words.join(", ")),
            }
        }
    }
}

/// What the templates call `{t.…}` and `{r.…}`.
pub(super) fn names(schema: &Schema) -> Vec<(&'static str, String)> {
    let mut names = task_names(&schema.tasks);
    names.push(("is_running", is_running(&schema.tasks)));
    if let Some(runs) = &schema.runs {
        names.extend(run_names(runs));
        names.push(("r.task = t.id", is_of_task(runs, &schema.tasks)));
    }
    names
}

/// What the templates call `{t.…}`; a role that is not there is null.
pub(super) fn task_names(tasks: &Tasks) -> Vec<(&'static str, String)> {
    vec![
        ("tasks", tasks.table.qualified_name()),
        ("t.key", key("t", &tasks.table)),
        ("t.key = ?1", is_key("t", &tasks.table)),
        ("t.id", column("t", &tasks.id)),
        ("t.status", column_or_null("t", tasks.status())),
        ("t.active_run", column_or_null("t", tasks.active_run.as_ref())),
    ]
}

/// What the templates call `{r.…}`; a role that is not there is null.
pub(super) fn run_names(runs: &Runs) -> Vec<(&'static str, String)> {
    vec![
        ("runs", runs.table.qualified_name()),
        ("r.key", key("r", &runs.table)),
        ("r.key = ?1", is_key("r", &runs.table)),
        ("r.id", column("r", &runs.id)),
        ("r.task", column("r", &runs.task)),
        ("r.task = ?1", is_task(&runs.task)),
        ("r.status", column_or_null("r", runs.status.as_ref())),
        ("is_finished", is_finished(runs)),
    ]
}

/// What the workspace templates call `{w.…}`.
pub(super) fn workspace_names(workspaces: &Workspaces) -> Vec<(&'static str, String)> {
    let table = &workspaces.table;
    let optional = |role| column_or_null("w", role);
    let not_free = workspaces.status.iter().flat_map(|status| {
        let free = forms(status, &workspaces.free);
        free.map(|free| format!("AND {} IS NOT {free}", column("w", status)))
    });
    let not_free: Vec<_> = not_free.collect();
    vec![
        ("workspaces", table.qualified_name()),
        ("w.key", key("w", table)),
        ("w.key = ?1", is_key("w", table)),
        ("w.task", optional(workspaces.task.as_ref())),
        ("w.run", optional(workspaces.run.as_ref())),
        ("w.released", optional(workspaces.released.as_ref())),
        ("and_not_free", not_free.join(" ")),
    ]
}

/// Fills in `{names}`, in one pass: what is filled in is not looked at again. Comment lines are left out, as a name
/// filled in there could end the line.
pub(super) fn render(template: &str, names: &[(&str, String)]) -> String {
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
