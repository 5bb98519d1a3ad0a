//! Columns of a task that name rows of other tables: its run, its worker, its project.

use rusqlite::Connection;

use super::finding::{Line, Value};
use super::hints::HINTS;
use super::links::{Link, links};
use super::portrait::{Column, Portrait};
use super::status::Status;
use super::tables::{Tables, names_worker};

/// The column that names the run at work.
pub(super) fn active_run(
    conn: &Connection,
    tables: &Tables<'_>,
    tasks: &Portrait,
    status: Option<&Status>,
) -> rusqlite::Result<Line> {
    let Some(runs) = tables.runs.as_ref().or(tables.maybe_runs.as_ref()) else {
        return Ok(Line::found(
            "active_run",
            Value::empty_list(),
            "no column names a run",
        ));
    };
    let mut doubtful = Vec::new();
    for link in links(conn, tasks, runs.table, &HINTS.tables.runs)? {
        let is_other =
            tasks.key.contains(&link.column) || status.is_some_and(|status| status.name == link.column);
        let column = tasks.column(&link.column);
        let is_past = column.is_some_and(|column| HINTS.columns.past_run.find(&column.words).is_some());
        let why = link.why(runs.table);
        if is_other {
        } else if is_past {
            doubtful.push((
                Value::text(&link.column),
                format!("{why}; it sounds like a run of the past"),
            ));
        } else if link.is_sure() && tables.runs.is_some() {
            return Ok(Line::found("active_run", Value::text(&link.column), why).or_any(doubtful));
        } else {
            doubtful.push((Value::text(&link.column), why));
        }
    }
    let table = &runs.table.table.name;
    let why = match tables.runs {
        Some(_) => format!("no column names the run at work: {table} is asked for the newest"),
        None => format!("no column is known to name a row of {table}"),
    };
    Ok(Line::found("active_run", Value::empty_list(), why).or_any(doubtful))
}

/// The column that names a row of the workers, where there are such.
pub(super) fn worker(
    conn: &Connection,
    tables: &Tables<'_>,
    of: &Portrait,
) -> rusqlite::Result<Option<Line>> {
    let Some(workers) = tables.workers else {
        return Ok(None);
    };
    if tables.beats.is_some() {
        let is_task = tables.tasks.is_some_and(|tasks| std::ptr::eq(tasks, of));
        let id = of.id().filter(|_| is_task);
        let why = format!(
            "{} has a heartbeat for each task, under the task's own id",
            workers.table.name
        );
        return Ok(id.map(|id| Line::found("worker", Value::text(id), why)));
    }
    let mut line = Line::none("worker", "none found: no column has ids of workers");
    let Some(id) = &tables.worker_id else {
        return Ok(Some(line));
    };
    for (link, sure) in names_worker(conn, of, workers, id)? {
        let why = link.why(workers);
        if sure && line.value.is_none() {
            line = Line::found("worker", Value::text(&link.column), why);
        } else {
            line = line.or(Value::text(&link.column), why);
        }
    }
    Ok(Some(line))
}

/// What `--project` asks for.
pub(super) fn project(tasks: &Portrait) -> Line {
    let hits = tasks
        .columns
        .iter()
        .filter_map(|column| Some((HINTS.columns.project.exactly(&column.words)?, column)));
    let mut hits: Vec<_> = hits.collect();
    hits.sort_by_key(|(hit, _)| hit.place());
    let line = match hits.first() {
        Some((hit, column)) if hit.sure => Line::found(
            "project",
            Value::text(&column.info.name),
            "by its name; it is what `--project` takes",
        ),
        _ => Line::none("project", "none found"),
    };
    let others = hits.iter().skip(line.names().len());
    let others = others.map(|(_, column)| {
        (
            Value::text(&column.info.name),
            "what `--project` could take".to_owned(),
        )
    });
    line.or_any(others.collect::<Vec<_>>())
}

/// The column that names a row of the projects.
pub(super) fn project_id(conn: &Connection, tables: &Tables<'_>, tasks: &Portrait) -> rusqlite::Result<Line> {
    if let Some(projects) = tables.projects
        && let Some(link) = links(conn, tasks, projects, &HINTS.tables.projects)?
            .into_iter()
            .find(Link::is_sure)
    {
        return Ok(Line::found(
            "project_id",
            Value::text(&link.column),
            link.why(projects),
        ));
    }
    let hits = |column: &&Column| HINTS.columns.project_id.exactly(&column.words).is_some();
    Ok(match tasks.columns.iter().find(hits) {
        Some(column) => Line::found("project_id", Value::text(&column.info.name), "named so"),
        None => Line::none("project_id", "none found"),
    })
}
