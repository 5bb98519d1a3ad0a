//! The section of the runs.

use rusqlite::Connection;

use super::finding::{Line, Section, Value};
use super::moments::Moments;
use super::portrait::Portrait;
use super::status::status;
use super::tables::Tables;
use super::tasks::worker;
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
    let (portrait, link) = (runs.table, &runs.link);
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

    let why = format!("{} names tasks: {}", link.column, link.why(tasks));
    let mut table = vec![Line::found("table", Value::text(&portrait.table.name), why)];
    let status_line = match &found {
        Some(status) => Line::found("status", Value::text(&status.name), &status.why),
        None => {
            let why = "there is no status: is one of these true of a run at work, and of no other?";
            let conditions = ended_by.iter().map(|name| {
                (
                    Value::text(format!("r.{name} IS NULL")),
                    "read what it says".to_owned(),
                )
            });
            table.push(Line::none("running_where", why).or_any(conditions));
            let why = "no column is a status: name it, or leave it so and use `running_where` above";
            Line::missing("status", Value::empty_list(), why)
        }
    };
    let id = match portrait.key.as_slice() {
        [] => Line::missing(
            "id",
            Value::empty_list(),
            "no key is declared: which column is the id?",
        ),
        [id] => Line::found("id", Value::text(id), "the key"),
        key => Line::missing(
            "id",
            Value::empty_list(),
            format!("the key has several columns: {}", key.join(", ")),
        ),
    };
    let task = Line::found("task", Value::text(&link.column), link.why(tasks));
    let mut columns = vec![
        id,
        task,
        status_line,
        moments.heartbeat(),
        moments.started(),
        moments.created(),
    ];
    columns.extend([moments.ended(), moments.lease()]);
    columns.extend(worker(conn, tables, portrait)?);

    let mut said = Vec::new();
    if let (Some(words), Some(running)) = (&words, running_words) {
        let finished = words.run_finished();
        let abandoned = words.run_abandoned(&finished.names());
        said.extend([running, finished, abandoned]);
    }
    Ok(vec![
        Section::new("runs", table),
        Section::new("runs.columns", columns),
        Section::new("runs.words", said),
    ])
}

fn none(tables: &Tables<'_>) -> Line {
    let why = "no table of runs was found: a task is its own run";
    let others = tables
        .no_runs
        .iter()
        .map(|(table, why)| (Value::text(&table.table.name), (*why).to_owned()));
    Line::found("table", Value::text(""), why).or_any(others)
}
