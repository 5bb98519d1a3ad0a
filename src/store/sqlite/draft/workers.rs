//! The section of the workers.

use rusqlite::Connection;

use super::finding::{Line, Section, Value};
use super::hints::HINTS;
use super::moments::Moments;
use super::names::words;
use super::status::status;
use super::tables::Tables;
use crate::zombie::Calendar;

pub(super) fn sections(
    conn: &Connection,
    calendar: &Calendar,
    tables: &Tables<'_>,
    is_named: bool,
) -> rusqlite::Result<Vec<Section>> {
    let Some(workers) = tables.workers.filter(|_| is_named) else {
        let why = match tables.workers {
            Some(_) => "no task or run names a row of it",
            None => "no table of workers with a heartbeat was found",
        };
        let found = tables
            .workers
            .iter()
            .map(|workers| (Value::text(&workers.table.name), why.to_owned()));
        let others = tables
            .no_workers
            .iter()
            .map(|(table, why)| (Value::text(&table.table.name), (*why).to_owned()));
        let line = Line::found("table", Value::text(""), why)
            .or_any(found)
            .or_any(others);
        return Ok(vec![Section::new("workers", vec![line])]);
    };
    let moments = Moments::new(workers, calendar, &[], &[]);
    let id = match &tables.worker_id {
        Some(id) if tables.beats.is_some() || workers.id() == Some(id) => {
            Line::found("id", Value::text(id), "the key")
        }
        Some(id) => Line::found(
            "id",
            Value::text(id),
            "no two have the same, and it is what names a worker",
        ),
        None => Line::missing(
            "id",
            Value::empty_list(),
            "no key is declared: which column is the id?",
        ),
    };
    let mut columns = vec![id, moments.heartbeat(), moments.started()];
    let mut said = Vec::new();
    match status(workers) {
        None => columns.push(Line::none("status", "none found")),
        Some(status) => {
            let seen = status.words(conn, workers)?;
            let all = seen.iter().map(|word| &word.text).chain(&status.allowed);
            let mut gone: Vec<_> = all
                .filter(|word| HINTS.words.gone.exactly(&words(word)).is_some())
                .cloned()
                .collect();
            gone.dedup();
            let value = Value::text(&status.name);
            if gone.is_empty() {
                let why = format!("{}, none of which means that a worker is gone", status.why);
                columns.push(
                    Line::none("status", "no word of it is known to mean that a worker is gone")
                        .or(value, why),
                );
            } else {
                columns.push(Line::found("status", value, &status.why));
                said.push(Line::found("gone", Value::OneOrMore(gone), "they sound so"));
            }
        }
    }
    columns.push(moments.lease());
    let why = format!(
        "it has a heartbeat, and {} of its rows were looked at",
        workers.seen()
    );
    let table = Line::found("table", Value::text(&workers.table.name), why);
    let mut sections = vec![
        Section::new("workers", vec![table]),
        Section::new("workers.columns", columns),
    ];
    if !said.is_empty() {
        sections.push(Section::new("workers.words", said));
    }
    Ok(sections)
}
