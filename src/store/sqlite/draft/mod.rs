//! Drafts a profile for a database that no profile is known for: which table and column plays which role, by names,
//! declarations, foreign keys and the values that stand there. What is not told by them stands commented out: a draft is
//! read by a person before it is used.

mod asked;
mod conditions;
mod declared;
mod doubts;
mod events;
mod facts;
mod finding;
mod found;
mod hints;
mod holders;
mod inherited;
mod keys;
mod leases;
mod links;
mod moments;
mod names;
mod open_by;
mod others;
mod pointers;
mod portrait;
mod recurring;
mod render;
mod run_words;
mod runs;
mod signs;
mod status;
mod tables;
mod task_words;
mod tasks;
mod times;
mod unsettled;
mod view;
mod vocabulary;
mod workers;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::fitting::fitting_profiles;
use super::schema_error::SchemaError;
use crate::profile::Profile;
use crate::zombie::{Calendar, TimeZone};
use finding::{Line, Section, Value};
use portrait::Portrait;
use tables::Tables;

const HOW_TO_READ: &str = "\
# What counts stands without a # before it, under what it rests on. What was not found or is doubtful is commented out.
# docs/profile.md explains each key. Then:
#   zombie-sweeper schema --profile FILE --format text
#   zombie-sweeper --profile FILE --dry-run --format text
";

const NOTHING_BUT_A_START: &str = "Neither a heartbeat nor a lease was found, so that nothing but a start tells that a \
                                   worker died: --stale-after must be longer than the longest task.";

const NOT_SETTLED: &str = "What shows that a worker lives is not settled: something that plays no role is fresher among running rows than \
                           all that does, so that who is at work could be called dead. Ask whoever writes the queue's workers.";

const NOTHING_AT_ALL: &str = "No column was found that shows that a worker lives, nor when it began: without one, every task that runs is \
                              undecided, and none is reaped.";

/// A profile that nobody has read yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Draft {
    /// The profile, in TOML: what was found, and in comments what it rests on and what is doubtful.
    pub text: String,
    /// The keys without which it is refused, and that its reader has to fill in, such as `tasks.words.running`.
    pub missing: Vec<String>,
}

/// Drafts a profile for the database, which is called `database` in it. Reads only: the catalogue, the newest rows of
/// each table, and the words of its statuses.
///
/// # Errors
///
/// [`SchemaError::NoTable`] where there is no table, else what SQLite says.
pub fn draft_profile(conn: &Connection, database: &str, now: DateTime<Utc>) -> Result<Draft, SchemaError> {
    let calendar = Calendar::new(now.into(), TimeZone::default());
    let all = Portrait::all(conn, &calendar)?;
    if all.is_empty() {
        return Err(SchemaError::NoTable);
    }
    let tables = Tables::find(conn, &all)?;
    let (sections, has_events) = match tables.tasks {
        Some(tasks) => sections(conn, &calendar, &tables, tasks)?,
        None => (vec![no_tasks(&all)], true),
    };
    let lines =
        counting(&sections).flat_map(|section| section.lines.iter().map(move |line| (section.name, line)));
    let missing = lines
        .filter(|(_, line)| line.is_missing)
        .map(|(name, line)| format!("{name}.{}", line.key));
    let missing: Vec<_> = missing.collect();
    let fitting = fitting_profiles(conn)?;
    let fitting: Vec<_> = fitting.iter().map(Profile::name).collect();
    let text = text(database, &fitting, &missing, &sections, has_events);
    Ok(Draft { text, missing })
}

fn sections(
    conn: &Connection,
    calendar: &Calendar,
    tables: &Tables<'_>,
    tasks: &Portrait,
) -> rusqlite::Result<(Vec<Section>, bool)> {
    let mut sections = Vec::from_iter(time_zone(calendar, tables, tasks));
    sections.extend(tasks::sections(conn, calendar, tables, tasks)?);
    sections.extend(runs::sections(conn, calendar, tables, tasks)?);
    let mut is_named = counting(&sections)
        .flat_map(|section| &section.lines)
        .any(|line| line.key == "worker" && line.value.is_some());
    if !is_named
        && let Some(workers) = tables.workers
        && unsettled::has_unknown_workers(conn, calendar, tables, tasks, &sections)?
    {
        let runs = tables.runs.as_ref().map(|runs| ("runs.columns", runs.table));
        let mut of = [("tasks.columns", tasks)].into_iter().chain(runs);
        let of = of.rfind(|(_, table)| asked::has_holder(table));
        let (name, of) = of.unwrap_or(("tasks.columns", tasks));
        if let Some(section) = sections
            .iter_mut()
            .find(|section| section.name == name && !section.is_offer)
        {
            let place = section.lines.iter().position(|line| line.key == "worker");
            let line = place.map(|place| section.lines.remove(place));
            let asked = asked::unknown_worker(line, of, workers, calendar);
            let place = place.unwrap_or(section.lines.len());
            section.lines.insert(place, asked);
        }
        is_named = true;
    }
    if !is_named {
        for section in &mut sections {
            section
                .lines
                .retain(|line| line.key != "worker" || !section.is_offer && !line.candidates.is_empty());
        }
    }
    sections.extend(workers::sections(conn, calendar, tables, is_named)?);
    let (events, has_events) = events::sections(conn, tables, tasks)?;
    sections.extend(events);
    sections.extend(others::sections(conn, tables, tasks)?);
    for section in &mut sections {
        let of = match section.name.split('.').next() {
            Some("tasks") => Some(tasks),
            Some("runs") => tables
                .runs
                .as_ref()
                .or(tables.maybe_runs.as_ref())
                .map(|runs| runs.table),
            Some("events") => tables.events.first().map(|events| events.table),
            Some("workspaces") => tables.workspaces.first().map(|workspaces| workspaces.table),
            _ => None,
        };
        if let Some(of) = of {
            inherited::silence(section, &of.table);
        }
    }
    unsettled::settle(conn, calendar, tables, tasks, &mut sections)?;
    Ok((sections, has_events))
}

/// Times that name no zone are read as UTC, which only their owner can confirm.
fn time_zone(calendar: &Calendar, tables: &Tables<'_>, tasks: &Portrait) -> Option<Section> {
    let tables = [
        Some(tasks),
        tables.runs.as_ref().map(|runs| runs.table),
        tables.workers,
    ];
    let columns = tables
        .into_iter()
        .flatten()
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    let naive = columns.filter(|(_, column)| column.facts.naive > 0 && column.facts.ahead == 0);
    let (table, column) = naive.max_by_key(|(_, column)| column.facts.newest)?;
    let why = format!(
        "times name no zone, and are read as UTC: of {}.{} {}",
        table.table.name,
        column.info.name,
        column.facts.age(calendar)
    );
    let line = Line::none("time_zone", why).or(Value::text("local"), "are they those of this machine?");
    Some(Section::new("database", vec![line]))
}

/// Those that are not commented out as a whole.
fn counting(sections: &[Section]) -> impl Iterator<Item = &Section> {
    sections.iter().filter(|section| !section.is_offer)
}

fn no_tasks(all: &[Portrait]) -> Section {
    let why =
        "no table looks like one of tasks: with a status, or columns that say who holds a row and since when";
    let candidates = all
        .iter()
        .map(|table| (Value::text(&table.table.name), "it is there".to_owned()));
    let line = Line::missing("table", Value::text(""), why).or_any(candidates);
    Section::new("tasks", vec![line])
}

fn text(
    database: &str,
    fitting: &[&str],
    missing: &[String],
    sections: &[Section],
    has_events: bool,
) -> String {
    let mut out = String::new();
    let version = env!("CARGO_PKG_VERSION");
    let title = format!(
        "A draft of a profile for {database}, by zombie-sweeper {version}: read it before it is used."
    );
    render::comment(&mut out, &title);
    if !fitting.is_empty() {
        let names = fitting.join(", ");
        let known = format!(
            "It may not be needed: of the profiles that ship, the database fits {names} (--profile NAME)."
        );
        render::comment(&mut out, &known);
    }
    out.push_str(HOW_TO_READ);
    if !missing.is_empty() {
        let missing: Vec<_> = missing.iter().map(|key| or_condition(key)).collect();
        let missing = missing.join(", ");
        let refused = format!(
            "As it stands it is refused: a table, a name or a word is expected, and none is found. To be filled in, MISSING below: \
             {missing}."
        );
        render::comment(&mut out, &refused);
    }
    let is_life = |key: &String| {
        [".heartbeat", ".lease", ".worker"]
            .iter()
            .any(|end| key.ends_with(end))
    };
    let has_tasks = sections.iter().any(|section| section.name == "tasks.columns");
    if !has_tasks {
        // Of what is not known, nothing is said.
    } else if missing.iter().any(is_life) {
        render::comment(&mut out, NOT_SETTLED);
    } else if shows(sections, &["heartbeat", "lease"]) {
    } else if shows(sections, &["started", "updated", "created", "worker"]) {
        render::comment(&mut out, NOTHING_BUT_A_START);
    } else {
        render::comment(&mut out, NOTHING_AT_ALL);
    }
    for section in sections.iter().filter(|section| !section.head.is_empty()) {
        render::comment(&mut out, &section.head);
    }
    for section in sections.iter().filter(|section| !section.lines.is_empty()) {
        render::section(&mut out, section);
    }
    if !has_events {
        out.push('\n');
        out.push_str(events::OFFER);
    }
    out
}

/// A key that is missing; a status may be missing for good.
fn or_condition(key: &str) -> String {
    match key.strip_suffix(".columns.status") {
        Some(section) => format!("{key} (or else {section}.running_where)"),
        None => key.to_owned(),
    }
}

/// Whether a column was found for one of these.
fn shows(sections: &[Section], keys: &[&str]) -> bool {
    let mut lines = counting(sections).flat_map(|section| &section.lines);
    lines.any(|line| {
        let is_sign = keys.contains(&line.key.as_str());
        is_sign && (!line.names().is_empty() || matches!(line.value, Some(Value::Lease { .. })))
    })
}
