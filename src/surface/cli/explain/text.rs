//! An explanation as people read it: the answer first, then what it rests on.

use std::io::{self, Write};

use zombie_sweeper::inspect::{
    ChangedRow, ExplainedSign, ExplainedTask, Explanation, Fits, Happened, RowExplained,
};
use zombie_sweeper::zombie::Id;

use crate::surface::cli::text::{age, shortened, shown, table, title, warnings};

/// How many of the latest lines of a timeline are shown; the JSON has them all.
const LATEST: usize = 20;

/// The most characters of a value.
const VALUE: usize = 60;

pub(crate) fn explanation(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    if explanation.tasks.len() > 1 {
        writeln!(out, "{} tasks have this id.\n", explanation.tasks.len())?;
    }
    for (place, explained) in explanation.tasks.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        task(out, explained)?;
    }
    if !explanation.warnings.is_empty() {
        writeln!(out)?;
    }
    warnings(out, &explanation.warnings)
}

fn task(out: &mut dyn Write, task: &ExplainedTask) -> io::Result<()> {
    title(out, &format!("Task {}", task.task_id))?;
    writeln!(out, "{}", shown(&task.says))?;
    if !task.rows.is_empty() {
        section(out, "Why: the first row that fits is the verdict")?;
        writeln!(out, "{}", rows(&task.rows))?;
    }
    section(out, "Signs of life, as they are written and as they are read")?;
    match signs(&task.signs) {
        Some(signs) => writeln!(out, "{signs}")?,
        None => writeln!(out, "There is none.")?,
    }
    if !task.workers.is_empty() {
        section(out, "Workers that it names")?;
        let workers = task.workers.iter().map(|worker| {
            let is = if worker.is_gone { "gone" } else { "there" };
            [shortened(&worker.worker_id.to_string(), VALUE), is.to_owned()]
        });
        writeln!(out, "{}", table(["worker", "is"], workers))?;
    }
    if !task.workspaces.is_empty() {
        section(out, "Workspaces that it holds")?;
        let held = task
            .workspaces
            .iter()
            .map(|held| [&held.workspace_id, &held.task_id, &held.run_id].map(value));
        writeln!(out, "{}", table(["workspace", "task", "run"], held))?;
    }
    if !task.timeline.is_empty() {
        section(out, "What happened")?;
        timeline(out, &task.timeline)?;
    }
    if !task.writes.is_empty() {
        section(out, "What a sweep would write")?;
        writeln!(out, "{}", writes(&task.writes))?;
    }
    match &task.writes_untold {
        Some(why) => writeln!(out, "\nWhat a sweep would write is not told: {}", shown(why)),
        None => Ok(()),
    }
}

fn section(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out)?;
    title(out, text)
}

fn rows(rows: &[RowExplained]) -> String {
    let asked = rows.iter().filter(|row| row.fits != Fits::NotAsked);
    let rows = asked.map(|row| {
        let fits = if row.fits == Fits::Yes { "yes" } else { "no" };
        [
            fits.to_owned(),
            row.what.to_owned(),
            row.why.clone().unwrap_or_default(),
        ]
    });
    table(["fits", "what is found", "why"], rows)
}

fn signs(signs: &[ExplainedSign]) -> Option<String> {
    // Columns in which nothing stands are left out.
    let written = signs
        .iter()
        .filter(|sign| sign.read_as.is_some() || sign.counts == Some(true) || is_odd(sign));
    let rows: Vec<_> = written
        .map(|sign| {
            let counts = match (sign.is_newest, sign.counts, &sign.why_not) {
                (true, ..) => "yes, the newest".to_owned(),
                (false, Some(true), _) => "yes".to_owned(),
                (false, Some(false), Some(why)) => format!("no: {why}"),
                (false, ..) => String::new(),
            };
            [
                sign.of.clone(),
                sign.column.clone(),
                shortened(&sign.value, VALUE),
                sign.read_as
                    .as_deref()
                    .map_or_else(|| "not understood".to_owned(), without_zeros),
                sign.age_s.map(ago).unwrap_or_default(),
                counts,
            ]
        })
        .collect();
    let header = ["of", "column", "value", "read as", "age", "counts"];
    (!rows.is_empty()).then(|| table(header, rows))
}

/// Whether something stands there that nobody can read.
fn is_odd(sign: &ExplainedSign) -> bool {
    sign.why_not
        .as_ref()
        .is_some_and(|why| why.contains("stands in the way"))
}

fn timeline(out: &mut dyn Write, timeline: &[Happened]) -> io::Result<()> {
    let left_out = timeline.len().saturating_sub(LATEST);
    if left_out > 0 {
        writeln!(
            out,
            "({left_out} earlier ones are left out here; the JSON has them)"
        )?;
    }
    let rows = timeline.iter().skip(left_out).map(|happened| {
        [
            without_zeros(&happened.at),
            ago(happened.age_s),
            happened.what.clone(),
            happened.column.clone().unwrap_or_default(),
        ]
    });
    writeln!(out, "{}", table(["at", "age", "what", "column"], rows))
}

fn writes(writes: &[ChangedRow]) -> String {
    let rows = writes.iter().flat_map(|row| {
        row.columns.iter().map(|change| {
            let before = match (&change.before, row.is_new) {
                (_, true) => "(new row)".to_owned(),
                (Some(before), false) => value(before),
                (None, false) => String::new(),
            };
            [
                row.table.clone(),
                shortened(&row.id.to_string(), VALUE),
                change.column.clone(),
                before,
                value(&change.after),
            ]
        })
    });
    table(["table", "row", "column", "before", "after"], rows)
}

fn value(value: &Id) -> String {
    match value {
        Id::Null => "NULL".to_owned(),
        value => match shortened(&value.to_string(), VALUE) {
            empty if empty.is_empty() => "''".to_owned(),
            text => text,
        },
    }
}

/// A moment without a fraction that says nothing.
fn without_zeros(at: &str) -> String {
    at.replace(".000000Z", "Z")
}

fn ago(age_s: f64) -> String {
    if age_s < 0.0 {
        format!("in {}", age(-age_s))
    } else {
        age(age_s)
    }
}
