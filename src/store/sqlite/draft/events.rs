//! The section of the events, and the table that is offered where there is none.

use rusqlite::Connection;

use super::finding::{Line, Section, Value};
use super::hints::{HINTS, Phrases};
use super::links::{Link, links};
use super::portrait::{Column, Portrait};
use super::tables::{Linked, Tables};
use super::times::{Time, is_moment, of, times};

/// What a table of events may be, so that the built-in names find it.
pub(super) const OFFER: &str = "\
# To have reaps recorded in the database, make this table, and take the section [events] out of this file: the built-in
# names find it.
#   CREATE TABLE task_events (
#       id         INTEGER PRIMARY KEY,
#       task_id,                      -- of the type that the task's id has
#       event_type TEXT NOT NULL,     -- zombie_reaped
#       actor      TEXT,              -- in whose name
#       payload    TEXT,              -- the evidence, as JSON
#       created_at TEXT NOT NULL
#   );
";

/// The sections, and whether there is a table of events.
pub(super) fn sections(
    conn: &Connection,
    tables: &Tables<'_>,
    tasks: &Portrait,
) -> rusqlite::Result<(Vec<Section>, bool)> {
    let refused = tables
        .no_events
        .iter()
        .map(|(table, why)| (Value::text(&table.table.name), (*why).to_owned()));
    let mut refused: Vec<_> = refused.collect();
    for linked in tables.events.iter().filter(|linked| linked.link.is_single()) {
        match event_type(linked.table) {
            Some(kind) => return Ok((of_table(conn, tables, tasks, linked, kind)?, true)),
            None => refused.push((
                Value::text(&linked.table.table.name),
                "no column says what happened".to_owned(),
            )),
        }
    }
    let why = "no table of events was found: the summary and the log are the record of a reap";
    let line = Line::found("table", Value::text(""), why).or_any(refused);
    Ok((vec![Section::new("events", vec![line])], false))
}

fn of_table(
    conn: &Connection,
    tables: &Tables<'_>,
    tasks: &Portrait,
    linked: &Linked<'_>,
    kind: &Column,
) -> rusqlite::Result<Vec<Section>> {
    let portrait = linked.table;
    let run = match &tables.runs {
        Some(runs) => {
            let links = links(conn, portrait, runs.table, &HINTS.tables.runs)?;
            links
                .into_iter()
                .find(|link| link.is_sure() && link.column != linked.link.column)
                .map(|link| (link, runs.table))
        }
        None => None,
    };
    let moments = times(portrait);
    let created = of(&moments, Time::Created);
    let time = created
        .first()
        .map(|timed| timed.column)
        .or_else(|| portrait.columns.iter().find(|column| is_moment(column)));
    let taken = |column: &Column| {
        column.info.name == kind.info.name
            || column.info.name == linked.link.column
            || run
                .as_ref()
                .is_some_and(|(link, _)| link.column == column.info.name)
    };
    let find = |like: &Phrases| best(portrait, like, |column| !taken(column) && !is_moment(column));
    let (actor, payload) = (find(&HINTS.columns.actor), find(&HINTS.columns.payload));

    let id = match portrait.id() {
        Some(id) => Line::found("id", Value::text(id), "the key"),
        None => Line::none("id", "no key is declared"),
    };
    let named = |key: &str, column: Option<&Column>| match column {
        Some(column) => Line::found(key, Value::text(&column.info.name), "by its name"),
        None => Line::none(key, "none found"),
    };
    let columns = vec![
        id,
        Line::found("task", Value::text(&linked.link.column), linked.link.why(tasks)),
        Line::found("type", Value::text(&kind.info.name), said_words(kind)),
        named("actor", actor),
        named("payload", payload),
        match time {
            Some(column) => Line::found("time", Value::text(&column.info.name), "it holds times"),
            None => Line::none("time", "none found"),
        },
        match &run {
            Some((link, runs)) => Line::found("run", Value::text(&link.column), link.why(runs)),
            None => Line::none("run", "none found"),
        },
    ];
    let filled: Vec<_> = columns.iter().flat_map(Line::names).collect();
    let table = Line::found(
        "table",
        Value::text(&portrait.table.name),
        links_say(&linked.link, tasks),
    );
    let mut sections = vec![
        Section::new("events", vec![table]),
        Section::new("events.columns", columns),
    ];
    let set = constants(portrait, &filled);
    if !set.is_empty() {
        sections.push(Section::new("events.set", set));
    }
    Ok(sections)
}

fn links_say(link: &Link, tasks: &Portrait) -> String {
    format!("by its name; {} names tasks: {}", link.column, link.why(tasks))
}

/// What an event must have besides: nobody but the owner knows with what.
fn constants(portrait: &Portrait, filled: &[String]) -> Vec<Line> {
    let must = portrait.table.columns.iter().filter(|column| {
        (column.not_null || column.key_place > 0)
            && column.default.is_none()
            && !column.generated
            && !portrait.table.fills_itself(column)
            && !filled.contains(&column.name)
    });
    let line = |name: &str| {
        let why = "it must not be null, and has no default: without a value for it no event can be recorded";
        let seen = portrait
            .column(name)
            .and_then(|column| column.facts.words.as_ref());
        let seen = seen
            .into_iter()
            .flat_map(|words| words.keys().take(6))
            .map(|word| (Value::text(word), "some rows have it".to_owned()));
        Line {
            is_missing: true,
            ..Line::none(name, why).or_any(seen)
        }
    };
    must.map(|column| line(&column.name)).collect()
}

/// The column that says what happened: text, a few words, and called so.
fn event_type(portrait: &Portrait) -> Option<&Column> {
    best(portrait, &HINTS.columns.event_type, |column| {
        let is_text = column.facts.integers == 0 && column.facts.json == 0 && !column.info.is_numeric();
        is_text && !is_moment(column) && column.facts.words.is_some() && column.info.key_place == 0
    })
}

fn best<'p>(portrait: &'p Portrait, like: &Phrases, fits: impl Fn(&Column) -> bool) -> Option<&'p Column> {
    let fit = portrait.columns.iter().filter(|column| fits(column));
    let hits = fit.filter_map(|column| Some((like.exactly(&column.words)?, column)));
    hits.max_by_key(|(hit, _)| (hit.sure, std::cmp::Reverse(hit.place())))
        .map(|(_, column)| column)
}

fn said_words(column: &Column) -> String {
    let words = column
        .facts
        .words
        .iter()
        .flat_map(|words| words.keys().take(6).cloned());
    let words: Vec<_> = words.collect();
    if words.is_empty() {
        "by its name; no row yet".to_owned()
    } else {
        format!("rows have {}", words.join(", "))
    }
}
