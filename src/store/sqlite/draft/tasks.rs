//! The section of the tasks.

use rusqlite::Connection;

use super::conditions::{left_alone, running_where, without_beat};
use super::finding::{Line, Section, Value};
use super::holders::Holders;
use super::keys::{id, is_like_id};
use super::moments::Moments;
use super::open_by::OpenBy;
use super::pointers::{active_run, project, project_id, worker};
use super::portrait::Portrait;
use super::recurring::{is_recurring, kind, next_eligible};
use super::status::{Status, status};
use super::tables::{Runs, Tables};
use super::times::Time;
use super::vocabulary::Vocabulary;
use crate::zombie::Calendar;

const NO_KEY: &str = "no key is declared: which column is the id?";

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
    let mut held_by = by_name.like(&[Time::Started, Time::Heartbeat, Time::Lease]);
    held_by.extend(Holders::named(tasks));
    held_by.extend(active_run.names());
    let words = match &found {
        Some(status) => {
            let words = status.words(conn, tasks)?;
            let words = Vocabulary::new(status, words, tasks, ended_by.clone(), held_by.clone());
            Some(match open_runs(tables) {
                None => words,
                Some((runs, open_by)) => {
                    let busy = open_by.busy(conn, tasks, status, (runs.table, &runs.link))?;
                    words.busy(&runs.table.table.name, &busy)
                }
            })
        }
        None => None,
    };
    let (running_words, open_words) = match &words {
        Some(words) => (
            words.task_running(has_runs || tables.beats.is_some()),
            words.task_open(),
        ),
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
        table.extend(running_where(
            conn,
            tasks,
            &held_by,
            &by_name.like(&[Time::Ended]),
        )?);
    }
    let beats = without_beat(conn, tables, tasks, found.as_ref(), &of_running)?;
    table.extend(left_alone(tasks, &moments, has_runs, beats));
    table.push(holders.clear(has_runs));
    table.push(holders.increment(&finished));

    let mut columns = vec![
        id(conn, tasks, is_like_id, NO_KEY)?,
        status_line(found.as_ref()),
        active_run,
    ];
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

    let mut said = vec![running_words, open_words];
    said.extend(words.as_ref().map(Vocabulary::task_over).into_iter().flatten());
    said.extend(recurring);
    if found.is_none() {
        said.clear();
    }
    Ok(vec![
        Section::new("tasks", table),
        Section::new("tasks.columns", columns),
        Section::new("tasks.words", said),
    ])
}

/// What may be the table of runs, where it tells which of its rows are open.
fn open_runs<'t>(tables: &'t Tables<'_>) -> Option<(&'t Runs<'t>, &'t OpenBy)> {
    let runs = tables.maybe_runs.as_ref().filter(|_| tables.runs.is_none())?;
    Some((runs, runs.open_by.as_ref()?))
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
