use rusqlite::Connection;

use crate::store::records::WantedReaps;
use crate::store::sqlite::catalog::ColumnInfo;
use crate::store::sqlite::keys::{column, is_key, key};
use crate::store::sqlite::questions::event_names;
use crate::store::sqlite::schema::{Events, Tasks};
use crate::store::sqlite::spellings::spellings;
use crate::store::sqlite::statements::render;
use crate::store::sqlite::store::Opened;
use crate::store::sqlite::value::{identifier, literal};
use crate::zombie::Id;

/// How much is read of the event of a reap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// What addresses it, and its time: so much stands in an index of the times.
    Time,
    /// Its task too.
    Task,
    /// All of it.
    Whole,
}

impl What {
    fn template(self) -> &'static str {
        match self {
            Self::Time => "{e.time}",
            Self::Task => "{e.time}, {e.task}",
            Self::Whole => "{e.time}, {e.task}, {e.kind}, {e.time}, {e.actor}, {e.payload}, {e.run}",
        }
    }
}

/// Whether something addresses an event.
pub(super) fn is_addressed(events: &Events) -> bool {
    key("e", &events.table) != "NULL"
}

/// The reaps wanted, and the parameters.
pub(super) fn reaps(
    conn: &Connection,
    opened: &Opened,
    events: &Events,
    wanted: &WantedReaps<'_>,
    from: Option<&str>,
    what: What,
    most: usize,
) -> rusqlite::Result<(String, Vec<Id>)> {
    let mut names = event_names(events);
    let what = render(what.template(), &names);
    let parameters = wanted.task.map_or_else(Vec::new, |asked| spellings(asked, 1));
    // Where an index leads from the task, the kind is looked at in the rows that it leads to, unless it stands in there too.
    let task_and_kind = ColumnInfo::together(&[&events.task, &events.kind]);
    let by_task = wanted.task.is_some()
        && events.table.leads(conn, &events.task)?
        && !events.table.leads(conn, &task_and_kind)?;
    let is_reap = is_reap(events);
    names.extend([
        ("what", what),
        ("is_reap", if by_task { format!("+{is_reap}") } else { is_reap }),
        ("of_task", of_task(events, parameters.len())),
        ("has_reason", has_reason(events, wanted.reason)),
        ("in_project", in_project(opened, events)),
        (
            "since",
            from.map_or_else(String::new, |from| format!("AND {from}")),
        ),
        ("newest_first", newest_first(conn, events)?),
        ("most", most.to_string()),
    ]);
    Ok((render(include_str!("../sql/reaps.sql"), &names), parameters))
}

/// Whether an event is a reap's.
pub(super) fn is_reap(events: &Events) -> String {
    let is_called_so = format!("{} = {}", column("e", &events.kind), literal(&events.reaped));
    match events.payload.as_ref().filter(|_| !events.reaped_is_ours) {
        None => is_called_so,
        // The queue itself may write such events: ours have a reason.
        Some(payload) => {
            let json = format!("CAST({} AS TEXT)", column("e", payload));
            format!(
                "{is_called_so} AND CASE WHEN json_valid({json}) THEN {json} ->> '$.reason' IS NOT NULL ELSE TRUE END"
            )
        }
    }
}

fn of_task(events: &Events, parameters: usize) -> String {
    if parameters == 0 {
        return String::new();
    }
    let places: Vec<_> = (1..=parameters).map(|place| format!("?{place}")).collect();
    format!("AND {} IN ({})", column("e", &events.task), places.join(", "))
}

fn has_reason(events: &Events, reason: Option<&str>) -> String {
    match (reason, &events.payload) {
        (None, _) => "TRUE".to_owned(),
        (Some(_), None) => "FALSE".to_owned(),
        (Some(reason), Some(payload)) => {
            let json = format!("CAST({} AS TEXT)", column("e", payload));
            let reason = literal(reason);
            format!("CASE WHEN json_valid({json}) THEN {json} ->> '$.reason' IS {reason} ELSE FALSE END")
        }
    }
}

fn in_project(opened: &Opened, events: &Events) -> String {
    let Some(project) = &opened.project else {
        return "TRUE".to_owned();
    };
    let tasks = &opened.schema.tasks;
    format!(
        "EXISTS (SELECT 1 FROM {} AS t WHERE {} = {} AND {})",
        tasks.table.qualified_name(),
        shown_id(tasks),
        column("e", &events.task),
        project.condition
    )
}

/// A task's id as an event names it: several columns stand there as they are shown.
fn shown_id(tasks: &Tasks) -> String {
    if tasks.id.parts.is_empty() {
        return column("t", &tasks.id);
    }
    let parts = tasks
        .id
        .parts
        .iter()
        .map(|part| format!("t.{}", identifier(part)));
    parts.collect::<Vec<_>>().join(" || '/' || ")
}

/// By an index of their times, where one leads there, else by the order of the rows.
pub(super) fn newest_first(conn: &Connection, events: &Events) -> rusqlite::Result<String> {
    if let Some(time) = &events.time
        && events
            .table
            .leads(conn, &ColumnInfo::together(&[&events.kind, time]))?
    {
        return Ok(format!("ORDER BY {} DESC", column("e", time)));
    }
    let rowid = events.table.rowid();
    Ok(rowid.map_or_else(String::new, |rowid| format!("ORDER BY e.{rowid} DESC")))
}

pub(super) fn event_with_key(events: &Events) -> String {
    let mut names = event_names(events);
    names.push(("e.key = ?1", is_key("e", &events.table)));
    render(include_str!("../sql/event_with_key.sql"), &names)
}

/// The last of the times in their order: of a reap where an index leads to that, else of any event.
pub(super) fn newest_time(events: &Events, of_a_reap: bool) -> String {
    let mut names = event_names(events);
    names.push((
        "is_reap",
        if of_a_reap {
            is_reap(events)
        } else {
            "TRUE".to_owned()
        },
    ));
    render(include_str!("../sql/newest_time_of_event.sql"), &names)
}

/// Whether the time of a reap stands outside these bounds.
pub(super) fn times_of_another_form(events: &Events, low: &str, high: &str) -> String {
    let mut names = event_names(events);
    names.extend([
        ("is_reap", is_reap(events)),
        ("low", low.to_owned()),
        ("high", high.to_owned()),
    ]);
    render(include_str!("../sql/times_of_another_form.sql"), &names)
}
