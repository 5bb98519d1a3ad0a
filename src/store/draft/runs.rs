//! The section of the runs.

use rusqlite::Connection;

use super::conditions::bare;
use super::finding::{Line, Section, Value, counted};
use super::moments::Moments;
use super::pointers::worker;
use super::portrait::Portrait;
use super::run_words::abandoned;
use super::status::{Status, status};
use super::tables::Tables;
use super::times::Time;
use super::vocabulary::Vocabulary;
use crate::zombie::Calendar;

pub(super) fn sections(
    conn: &Connection,
    calendar: &Calendar,
    tables: &Tables<'_>,
    tasks: &Portrait,
) -> rusqlite::Result<Vec<Section>> {
    let Some(runs) = &tables.runs else {
        return Ok(vec![Section::new("runs", vec![none(tables)])]);
    };
    let (portrait, to_task) = (runs.table, &runs.link);
    let found = status(portrait);
    let by_name = Moments::new(portrait, calendar, &[], &[]);
    let ended_by = by_name.named(&[Time::Ended]);
    let words = match &found {
        Some(status) => {
            let words = status.words(conn, portrait)?;
            Some(Vocabulary::new(
                status,
                words,
                portrait,
                ended_by.clone(),
                Vec::new(),
            ))
        }
        None => None,
    };
    let running_words = words.as_ref().map(Vocabulary::run_running);
    let running = match (&words, &running_words) {
        (Some(words), Some(line)) => words.rows(&line.names()),
        _ => Vec::new(),
    };
    let moments = Moments::new(portrait, calendar, &running, &[]);

    let why = format!(
        "{} names tasks: {}",
        to_task.columns().join(", "),
        to_task.why(tasks)
    );
    let mut table = vec![Line::found("table", Value::text(&portrait.table.name), why)];
    match &found {
        None => table.push(running_where(&ended_by)),
        Some(status) => {
            let nulls = status.nulls(conn, portrait)?;
            table.extend((nulls > 0).then(|| open_by_null(status, nulls)));
        }
    }
    let id = match portrait.key.as_slice() {
        [] => Line::missing(
            "id",
            Value::empty_list(),
            "no key is declared: which column is the id?",
        ),
        key => Line::found("id", Value::OneOrMore(key.to_vec()), "the key"),
    };
    let task = Line::found("task", Value::OneOrMore(to_task.columns()), to_task.why(tasks));
    let mut columns = vec![
        id,
        task,
        status_line(found.as_ref()),
        moments.heartbeat(),
        moments.started(),
        moments.created(),
    ];
    columns.extend([moments.ended(), moments.lease()]);
    columns.extend(worker(conn, tables, portrait)?);

    let mut said = Vec::new();
    if let (Some(words), Some(running)) = (&words, running_words) {
        let finished = words.run_finished();
        let abandoned = abandoned(&finished.names());
        said.extend([running, finished, abandoned]);
    }
    Ok(vec![
        Section::new("runs", table),
        Section::new("runs.columns", columns),
        Section::new("runs.words", said),
    ])
}

fn status_line(found: Option<&Status>) -> Line {
    if let Some(status) = found {
        return Line::found("status", Value::text(&status.name), &status.why);
    }
    let why = "no column is a status: name it, or leave it so and use `running_where` above";
    Line::missing("status", Value::empty_list(), why)
}

/// What is true of a run at work, where no word says so.
fn running_where(ended_by: &[String]) -> Line {
    let conditions = ended_by.iter().map(|name| format!("r.{} IS NULL", bare(name)));
    let candidates = conditions.map(|condition| (Value::text(condition), "read what it says".to_owned()));
    let why = "there is no status: is one of these true of a run at work, and of no other?";
    Line::none("running_where", why).or_any(candidates)
}

/// Runs at work may be those without a word.
fn open_by_null(status: &Status, nulls: usize) -> Line {
    let condition = format!("r.{} IS NULL", bare(&status.name));
    let why = format!(
        "{} have no {}: are they those at work?",
        counted(nulls, "run"),
        status.name
    );
    Line::none("running_where", why).or(
        Value::text(condition),
        "it stands in the place of the words of runs below",
    )
}

fn none(tables: &Tables<'_>) -> Line {
    let why = "no table of runs was found: a task is its own run";
    let others = tables
        .no_runs
        .iter()
        .map(|(table, why)| (Value::text(&table.table.name), (*why).to_owned()));
    Line::found("table", Value::text(""), why).or_any(others)
}
