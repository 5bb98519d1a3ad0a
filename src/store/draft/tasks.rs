//! The section of the tasks.

use rusqlite::Connection;

use super::super::value::{identifier, literal};
use super::finding::{Line, Section, Value};
use super::hints::HINTS;
use super::holders::Holders;
use super::links::{Link, count, links};
use super::moments::Moments;
use super::portrait::{Column, Portrait};
use super::status::{Status, status};
use super::tables::Tables;
use super::times::{Time, is_moment};
use super::vocabulary::Vocabulary;
use crate::zombie::Calendar;

pub(super) fn sections(
    conn: &Connection,
    calendar: &Calendar,
    tables: &Tables<'_>,
    tasks: &Portrait,
) -> rusqlite::Result<Vec<Section>> {
    let has_runs = tables.runs.is_some();
    let found = status(tasks);
    let by_name = Moments::new(tasks, calendar, &[], &[]);
    let ended_by = by_name.named(&[Time::Ended]);
    let active_run = active_run(conn, tables, tasks, found.as_ref())?;
    let mut held_by = by_name.named(&[Time::Started, Time::Heartbeat, Time::Lease]);
    held_by.extend(Holders::named(tasks));
    held_by.extend(active_run.names());
    let words = match &found {
        Some(status) => {
            let words = status.words(conn, tasks)?;
            Some(Vocabulary::new(
                status,
                words,
                tasks,
                ended_by.clone(),
                held_by.clone(),
            ))
        }
        None => None,
    };
    let (running_words, open_words) = match &words {
        Some(words) => (words.task_running(), words.task_open()),
        None => (no_words("running"), no_words("open")),
    };
    let (of_running, of_open) = (running_words.names(), open_words.names());
    let (running, open) = words.as_ref().map_or_else(Default::default, |words| {
        (words.rows(&of_running), words.waiting_rows(&of_open, &of_running))
    });
    let finished = words.as_ref().map_or_else(Vec::new, Vocabulary::finished_rows);
    let moments = Moments::new(tasks, calendar, &running, &open);

    let worker = worker(conn, tables, tasks)?;
    let holders = Holders::new(tasks, &moments, found.as_ref(), &active_run.names());
    let mut table = vec![table(tables, tasks)];
    if found.is_none() {
        table.extend(running_where(tasks, &held_by, &ended_by));
    }
    let beats = without_beat(conn, tables, tasks, found.as_ref(), &of_running)?;
    table.extend(left_alone(tasks, &moments, has_runs, beats));
    table.push(holders.clear(has_runs));
    table.push(holders.increment(&finished));

    let mut columns = vec![id(conn, tasks)?, status_line(found.as_ref()), active_run];
    columns.extend(worker);
    columns.extend([moments.heartbeat(), moments.started(), moments.updated()]);
    if !has_runs {
        columns.push(moments.ended());
    }
    columns.push(moments.lease());
    columns.extend([project(tasks), project_id(conn, tables, tasks)?]);
    let (kind, recurring) = kind(tasks, found.as_ref());
    let is_recurring = is_recurring(tasks);
    let recurs = kind.value.is_some() || is_recurring.value.is_some();
    columns.extend([kind, is_recurring, next_eligible(&moments, recurs)]);

    let mut words = vec![running_words, open_words];
    words.extend(recurring);
    if found.is_none() {
        words.clear();
    }
    Ok(vec![
        Section::new("tasks", table),
        Section::new("tasks.columns", columns),
        Section::new("tasks.words", words),
    ])
}

fn table(tables: &Tables<'_>, tasks: &Portrait) -> Line {
    let rivals: Vec<_> = tables
        .rivals
        .iter()
        .map(|rival| rival.table.name.clone())
        .collect();
    if rivals.is_empty() {
        let why = format!(
            "of all tables the one that is most like tasks; {} of its rows were looked at",
            tasks.seen()
        );
        return Line::found("table", Value::text(&tasks.table.name), why);
    }
    let all = [tasks.table.name.clone()].into_iter().chain(rivals);
    let candidates = all.map(|name| (Value::text(name), "as likely as the others".to_owned()));
    Line::missing(
        "table",
        Value::text(""),
        "which of these is the table of tasks? What follows is of the first",
    )
    .or_any(candidates)
}

fn id(conn: &Connection, tasks: &Portrait) -> rusqlite::Result<Line> {
    if !tasks.key.is_empty() {
        let is_primary = tasks.columns.iter().any(|column| column.info.key_place > 0);
        let why = if is_primary {
            "the primary key"
        } else {
            "declared unique"
        };
        return Ok(Line::found("id", Value::OneOrMore(tasks.key.clone()), why));
    }
    let mut line = Line::missing(
        "id",
        Value::empty_list(),
        "no key is declared: which column is the id?",
    );
    for column in &tasks.columns {
        if HINTS.columns.id.find(&column.words).is_none() {
            continue;
        }
        let name = identifier(&column.info.name);
        let sql = format!(
            "SELECT count(*), count(DISTINCT t.{name}) FROM {} AS t",
            tasks.table.qualified_name()
        );
        let (rows, different): (i64, i64) = conn.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let value = Value::text(&column.info.name);
        let why = format!("no key is declared; {rows} rows have {different} different values");
        if rows > 1 && rows == different {
            return Ok(Line::found("id", value, why));
        }
        line = line.or(value, why);
    }
    Ok(line)
}

fn status_line(found: Option<&Status>) -> Line {
    match found {
        Some(status) => Line::found("status", Value::text(&status.name), &status.why),
        None => Line::missing(
            "status",
            Value::empty_list(),
            "no column is a status: name it, or leave it so and say by `running_where` above when a task runs",
        ),
    }
}

fn no_words(key: &str) -> Line {
    Line::none(key, "there is no status")
}

/// What is true of a task that a worker is at, where no word says so.
fn running_where(tasks: &Portrait, held_by: &[String], ended_by: &[String]) -> Vec<Line> {
    let column = |name: &String| format!("t.{}", bare(name));
    let ends: String = ended_by
        .iter()
        .map(|name| format!(" AND {} IS NULL", column(name)))
        .collect();
    let mut conditions: Vec<_> = held_by
        .iter()
        .map(|name| format!("{} IS NOT NULL{ends}", column(name)))
        .collect();
    let counts = tasks
        .columns
        .iter()
        .filter(|column| HINTS.columns.attempts.find(&column.words).is_some());
    let counts = counts.filter(|column| HINTS.columns.limits.find(&column.words).is_none());
    conditions.extend(counts.map(|count| format!("{} > 0{ends}", column(&count.info.name))));
    let why = "there is no status: is one of these true of a task that a worker is at, and of no other?";
    let candidates = conditions
        .into_iter()
        .map(|condition| (Value::text(condition), "read what it says".to_owned()));
    vec![Line::none("running_where", why).or_any(candidates)]
}

/// Where each task has a heartbeat in another table, but some of those at work have none: nothing shows whether those live.
fn without_beat(
    conn: &Connection,
    tables: &Tables<'_>,
    tasks: &Portrait,
    status: Option<&Status>,
    running: &[String],
) -> rusqlite::Result<Option<(String, String)>> {
    let (Some(workers), Some(beats), Some(id), Some(status)) =
        (tables.workers, &tables.beats, tasks.id(), status)
    else {
        return Ok(None);
    };
    let condition = format!(
        "EXISTS (SELECT 1 FROM {} AS beat WHERE beat.{} = t.{})",
        bare(&workers.table.name),
        bare(&beats.column),
        bare(id)
    );
    let words: Vec<_> = running.iter().map(|word| literal(word)).collect();
    let sql = format!(
        "SELECT count(*) FROM {} AS t WHERE t.{} IN ({}) AND NOT {condition}",
        tasks.table.qualified_name(),
        identifier(&status.name),
        words.join(", ")
    );
    let without = count(conn.query_row(&sql, [], |row| row.get(0))?);
    let why = format!(
        "{without} running rows have no heartbeat in {}",
        workers.table.name
    );
    Ok((without > 0).then_some((condition, why)))
}

/// Running rows that are over, or that somebody has deleted in all but name, are left alone.
fn left_alone(
    tasks: &Portrait,
    moments: &Moments<'_>,
    has_runs: bool,
    beats: Option<(String, String)>,
) -> Option<Line> {
    let (mut conditions, mut said): (Vec<_>, Vec<_>) = beats.into_iter().unzip();
    let mut leave = |name: &str, why: String| {
        conditions.push(format!("t.{} IS NULL", bare(name)));
        said.push(why);
    };
    for name in moments.named(&[Time::Ended]) {
        let (running, over) = (moments.running_facts(&name), moments.over(&name));
        if !has_runs && over > 0 && running.filled < running.rows {
            leave(
                &name,
                format!(
                    "{over} of {} running rows have {name}, and no later start",
                    running.rows
                ),
            );
        }
    }
    let is_deletion = |column: &&Column| {
        is_moment(column)
            && HINTS
                .columns
                .deleted
                .find(&column.words)
                .is_some_and(|hit| hit.sure)
    };
    for deleted in tasks.columns.iter().filter(is_deletion) {
        let name = &deleted.info.name;
        let running = moments.running_facts(name);
        leave(
            name,
            format!("{} of {} running rows have {name}", running.filled, running.rows),
        );
    }
    if conditions.is_empty() {
        return None;
    }
    let why = format!("left alone: {}", said.join("; "));
    Some(Line::found("where", Value::text(conditions.join(" AND ")), why))
}

fn bare(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain {
        name.to_owned()
    } else {
        identifier(name)
    }
}

/// The column that names the run at work.
fn active_run(
    conn: &Connection,
    tables: &Tables<'_>,
    tasks: &Portrait,
    status: Option<&Status>,
) -> rusqlite::Result<Line> {
    let Some(runs) = &tables.runs else {
        return Ok(Line::found(
            "active_run",
            Value::empty_list(),
            "there is no table of runs",
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
        } else if link.is_sure() {
            return Ok(Line::found("active_run", Value::text(&link.column), why).or_any(doubtful));
        } else {
            doubtful.push((Value::text(&link.column), why));
        }
    }
    let why = format!(
        "no column names the run at work: {} is asked for the newest",
        runs.table.table.name
    );
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
    for link in links(conn, of, workers, &HINTS.tables.workers)? {
        if of.key.contains(&link.column) {
            continue;
        }
        let held = of
            .column(&link.column)
            .is_some_and(|column| HINTS.columns.holder.find(&column.words).is_some());
        let why = link.why(workers);
        if link.is_sure_of_some() && (link.foreign_key || link.hits > 0 || held) && line.value.is_none() {
            line = Line::found("worker", Value::text(&link.column), why);
        } else {
            line = line.or(Value::text(&link.column), why);
        }
    }
    Ok(Some(line))
}

/// When a recurring task is due again.
fn next_eligible(moments: &Moments<'_>, recurs: bool) -> Line {
    let line = moments.next_eligible();
    if recurs || line.value.is_none() {
        return line;
    }
    let none = Line::none(
        "next_eligible",
        "a reap sets it in recurring tasks alone, and none is known to recur",
    );
    none.or_any(line.value.map(|value| (value, line.why)))
}

/// What `--project` asks for.
fn project(tasks: &Portrait) -> Line {
    let hits = |column: &&Column| {
        HINTS
            .columns
            .project
            .exactly(&column.words)
            .is_some_and(|hit| hit.sure)
    };
    if let Some(column) = tasks.columns.iter().find(hits) {
        return Line::found("project", Value::text(&column.info.name), "named so");
    }
    let like = tasks
        .columns
        .iter()
        .filter(|column| HINTS.columns.project.exactly(&column.words).is_some());
    let candidates = like.map(|column| {
        (
            Value::text(&column.info.name),
            "what `--project NAME` could ask for".to_owned(),
        )
    });
    Line::none("project", "none found").or_any(candidates)
}

/// The column that names a row of the projects.
fn project_id(conn: &Connection, tables: &Tables<'_>, tasks: &Portrait) -> rusqlite::Result<Line> {
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

/// The word that tells a recurring task.
fn kind(tasks: &Portrait, status: Option<&Status>) -> (Line, Option<Line>) {
    let is_status = |column: &Column| status.is_some_and(|status| status.name == column.info.name);
    let kinds = tasks
        .columns
        .iter()
        .filter(|column| HINTS.columns.kind.find(&column.words).is_some() && !is_status(column));
    for column in kinds {
        let words = column.facts.words.iter().flat_map(|words| words.keys());
        let recurring = words.filter(|word| {
            HINTS
                .words
                .recurring
                .find(&super::names::words(word))
                .is_some_and(|hit| hit.sure)
        });
        if let Some(word) = recurring.map(String::clone).next() {
            let why = format!("some rows have {word}");
            let kind = Line::found("kind", Value::text(&column.info.name), &why);
            return (kind, Some(Line::found("recurring", Value::text(word), why)));
        }
    }
    (
        Line::none("kind", "none found: no column has a word for what recurs"),
        None,
    )
}

/// The flag that tells a recurring task.
fn is_recurring(tasks: &Portrait) -> Line {
    let is_flag = |column: &&Column| {
        let words = column.facts.words.as_ref();
        let is_small = words.is_some_and(|words| words.keys().all(|word| word == "0" || word == "1"));
        is_small && HINTS.columns.is_recurring.find(&column.words).is_some() && !is_moment(column)
    };
    match tasks.columns.iter().find(is_flag) {
        Some(column) => Line::found(
            "is_recurring",
            Value::text(&column.info.name),
            "named so, and 0 or 1 wherever it has a value",
        ),
        None => Line::none("is_recurring", "none found"),
    }
}
