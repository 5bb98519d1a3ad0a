//! The section of the runs.

use rusqlite::Connection;

use super::finding::{Line, Section, Value, counted};
use super::keys::{id, is_run_id};
use super::moments::Moments;
use super::names::bare;
use super::open_by::OpenBy;
use super::pointers::worker;
use super::portrait::{Column, Portrait};
use super::run_words::{abandoned, completed};
use super::status::{Status, status};
use super::tables::{Runs, Tables};
use super::times::Time;
use super::vocabulary::Vocabulary;
use crate::zombie::{Calendar, Id};

/// So many runs at work are looked at.
const ROWS: usize = 200;

pub(super) fn sections(
    conn: &Connection,
    calendar: &Calendar,
    tables: &Tables<'_>,
    tasks: &Portrait,
) -> rusqlite::Result<Vec<Section>> {
    if let Some(runs) = &tables.runs {
        return of_table(conn, calendar, tables, tasks, runs);
    }
    let mut found = vec![Section::new("runs", vec![none(tables)])];
    if let Some(runs) = &tables.maybe_runs {
        let offered = of_table(conn, calendar, tables, tasks, runs)?;
        found.extend(offered.into_iter().map(Section::offered));
        if let Some(first) = found.get_mut(1) {
            (first.head, first.about) = offer(runs);
        }
    }
    Ok(found)
}

fn of_table(
    conn: &Connection,
    calendar: &Calendar,
    tables: &Tables<'_>,
    tasks: &Portrait,
    runs: &Runs<'_>,
) -> rusqlite::Result<Vec<Section>> {
    let (portrait, to_task) = (runs.table, &runs.link);
    let found = status(portrait);
    let by_name = Moments::new(portrait, calendar, &[], &[]);
    let ended_by = by_name.named(&[Time::Ended]);
    // What has no status of its own and is offered whole has a condition as well.
    let is_told = |open_by: &&OpenBy| open_by.is_strong || tables.runs.is_none() && found.is_none();
    let told = runs.open_by.as_ref().filter(is_told);
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
    let running = match (&told, &words, &running_words) {
        (Some(open_by), ..) => portrait.rows(conn, ROWS, Some((&open_by.column, &Id::Null)))?,
        (None, Some(words), Some(line)) => words.rows(&line.names()),
        _ => Vec::new(),
    };
    let moments = Moments::new(portrait, calendar, &running, &[]);

    let why = format!(
        "{} names tasks: {}",
        to_task.columns().join(", "),
        to_task.why(tasks)
    );
    let mut table = vec![Line::found("table", Value::text(&portrait.table.name), why)];
    match (told, &found) {
        (Some(open_by), _) => {
            let condition = Value::text(open_by.condition());
            table.push(Line::found("running_where", condition, &open_by.why));
        }
        (None, None) => table.push(running_where(runs.open_by.as_ref(), &ended_by)),
        (None, Some(status)) => {
            let nulls = status.nulls(conn, portrait)?;
            table.extend((nulls > 0).then(|| open_by_null(status, nulls)));
        }
    }
    let is_called_so = |column: &Column| is_run_id(portrait, column);
    let no_id = if runs.can_have_id() {
        "no key is declared: which column is the id?"
    } else {
        "there is none: see above"
    };
    let id = id(conn, portrait, is_called_so, no_id)?;
    let task = Line::found("task", Value::OneOrMore(to_task.columns()), to_task.why(tasks));
    let mut columns = vec![
        id,
        task,
        match told {
            Some(open_by) => outcome_line(open_by),
            None => status_line(found.as_ref()),
        },
        moments.heartbeat(),
        moments.started(),
        moments.created(),
    ];
    columns.extend([moments.ended(), moments.lease()]);
    columns.extend(worker(conn, tables, portrait)?);

    let said = match (told, &words, running_words) {
        (Some(open_by), ..) => open_by.outcomes.as_deref().map_or_else(Vec::new, |outcomes| {
            vec![completed(outcomes), abandoned(outcomes)]
        }),
        (None, Some(words), Some(running)) => {
            let finished = words.run_finished();
            let (completed, abandoned) = (completed(&finished.names()), abandoned(&finished.names()));
            vec![running, finished, completed, abandoned]
        }
        _ => Vec::new(),
    };
    Ok(vec![
        Section::new("runs", table),
        Section::new("runs.columns", columns),
        Section::new("runs.words", said),
    ])
}

/// What is said of a table that is offered: at the top of the draft, and above the section.
fn offer(runs: &Runs<'_>) -> (String, String) {
    let name = &runs.table.table.name;
    let take = "take the section [runs] above out, and the first # from each line of this one";
    if runs.can_have_id() {
        let head = format!("Whether {name} is the table of runs is asked at [runs]: settle it first.");
        let about = format!(
            "Is {name} the table of runs, one row for each time that a task was taken? If so, {take}:"
        );
        return (head, about);
    }
    let head =
        format!("{name} looks like the table of runs, but has no id, so that it is not read: see [runs].");
    // A table without a primary key has row numbers, but no role can be named by them.
    let about = format!(
        "{name} looks like the table of runs, but it has no id: a reap closes one certain run, and the number that SQLite gives \
         each row is no column to find it by. The queue has to give its runs a column for it, such as id INTEGER PRIMARY KEY. \
         Until then nothing it says is read, and a task is its own run. Once it has one, {take}:"
    );
    (head, about)
}

/// What tells how a run ended takes the word of a reap; the end itself takes none.
fn outcome_line(open_by: &OpenBy) -> Line {
    match &open_by.outcomes {
        Some(words) => {
            let words = if words.is_empty() {
                "no word yet".to_owned()
            } else {
                words.join(", ")
            };
            let why = format!("how a run ended: rows have {words}");
            Line::found("status", Value::text(&open_by.column), why)
        }
        None => Line::found("status", Value::empty_list(), "none found: its end closes a run"),
    }
}

fn status_line(found: Option<&Status>) -> Line {
    if let Some(status) = found {
        return Line::found("status", Value::text(&status.name), &status.why);
    }
    let why = "no column is a status: name it, or leave it so and use `running_where` above";
    Line::missing("status", Value::empty_list(), why)
}

/// What may be true of a run at work, where no word says so.
fn running_where(open_by: Option<&OpenBy>, ended_by: &[String]) -> Line {
    let by_end = ended_by.iter().map(|name| format!("r.{} IS NULL", bare(name)));
    let mut conditions: Vec<_> = open_by.map(OpenBy::condition).into_iter().chain(by_end).collect();
    conditions.dedup();
    let candidates = conditions
        .into_iter()
        .map(|condition| (Value::text(condition), "read what it says".to_owned()));
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
    let why = match &tables.maybe_runs {
        Some(runs) => format!(
            "as it stands, a task is its own run: whether {} has the runs is asked below",
            runs.table.table.name
        ),
        None => "no table of runs was found: a task is its own run".to_owned(),
    };
    let others = tables
        .no_runs
        .iter()
        .map(|(table, why)| (Value::text(&table.table.name), (*why).to_owned()));
    Line::found("table", Value::text(""), why).or_any(others)
}
