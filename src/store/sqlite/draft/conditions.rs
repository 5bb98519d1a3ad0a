//! Conditions on a task, as SQL.

use rusqlite::Connection;

use super::super::value::{identifier, literal};
use super::finding::{Line, Value, running_have};
use super::hints::HINTS;
use super::links::count;
use super::moments::Moments;
use super::names::bare;
use super::portrait::{Column, Portrait};
use super::status::Status;
use super::tables::Tables;
use super::times::{Time, is_moment};

/// What is true of a task that a worker is at, where no word says so.
pub(super) fn running_where(
    conn: &Connection,
    tasks: &Portrait,
    held_by: &[String],
    ended_by: &[String],
) -> rusqlite::Result<Option<Line>> {
    let column = |name: &String| format!("t.{}", bare(name));
    let ends: Vec<_> = ended_by
        .iter()
        .map(|name| format!(" AND {} IS NULL", column(name)))
        .collect();
    let ends = ends.concat();
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
    let why = "there is no status: is one of these true of a task that a worker is at, and of no other? A reap must make it untrue: \
               put what it asks for into `clear`, but for a lease, which is emptied anyhow";
    let mut line = Line::none("running_where", why);
    for condition in conditions {
        let sql = format!(
            "SELECT count(*), coalesce(sum({condition}), 0) FROM {} AS t",
            tasks.table.qualified_name()
        );
        let (rows, of_rows) = conn.query_row(&sql, [], |row| Ok((count(row.get(0)?), count(row.get(1)?))))?;
        line = line.or(
            Value::text(condition),
            format!("it is true of {of_rows} of {rows} rows"),
        );
    }
    Ok((!line.candidates.is_empty()).then_some(line))
}

/// Where each task has a heartbeat in another table, but some of those at work have none: nothing shows whether those live.
pub(super) fn without_beat(
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
pub(super) fn left_alone(
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
        leave(name, running_have(running.filled, running.rows, name));
    }
    if conditions.is_empty() {
        return None;
    }
    let why = format!("left alone: {}", said.join("; "));
    Some(Line::found("where", Value::text(conditions.join(" AND ")), why))
}
