//! An explanation as people read it: the answer first, then what it rests on. No line is longer than a terminal is wide, unless a
//! value is.

use std::io::{self, Write};

use super::writes::{value, writes};
use crate::surface::cli::text::{age, shortened, shown, title, warnings, without_zeros};
use crate::surface::cli::wrap::{padded, wrapped};
use zombie_sweeper::inspect::{
    ExplainedSign, ExplainedTask, Explanation, Fits, Happened, ReapOnRecord, RowExplained,
};

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
    writeln!(out, "{}", wrapped("", 0, &task.says))?;
    if let Some(threshold) = &task.threshold {
        section(out, "How long silence is borne, as it was learned")?;
        writeln!(out, "{}", wrapped("", 0, &threshold.says))?;
    }
    if !task.rows.is_empty() {
        section(out, "Why: the first row that fits is the verdict")?;
        rows(out, &task.rows)?;
    }
    section(out, "Signs of life, as they are written and as they are read")?;
    signs(out, &task.signs)?;
    if !task.workers.is_empty() {
        section(out, "Workers that it names")?;
        for worker in &task.workers {
            let is = if worker.is_gone { "gone" } else { "there" };
            let name = shortened(&worker.worker_id.to_string(), VALUE);
            writeln!(out, " {}: {is}", shown(&name))?;
        }
    }
    if !task.workspaces.is_empty() {
        section(out, "Workspaces that it holds")?;
        for held in &task.workspaces {
            let [name, task, run] = [&held.workspace_id, &held.task_id, &held.run_id].map(value);
            writeln!(
                out,
                "{}",
                wrapped(" ", 3, &format!("{name}: task {task}, run {run}"))
            )?;
        }
    }
    if !task.timeline.is_empty() {
        section(out, "What happened")?;
        timeline(out, &task.timeline)?;
    }
    if !task.reaps.is_empty() {
        section(out, "When it was reaped, and why")?;
        reaps(out, &task.reaps)?;
    }
    if !task.writes.is_empty() {
        section(out, "What a sweep would write")?;
        writes(out, &task.writes)?;
    }
    match &task.writes_untold {
        Some(why) => {
            let why = format!("What a sweep would write is not told: {why}");
            writeln!(out, "\n{}", wrapped("", 0, &why))
        }
        None => Ok(()),
    }
}

fn section(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out)?;
    title(out, text)
}

fn rows(out: &mut dyn Write, rows: &[RowExplained]) -> io::Result<()> {
    for row in rows.iter().filter(|row| row.fits != Fits::NotAsked) {
        let fits = if row.fits == Fits::Yes { " yes  " } else { " no   " };
        writeln!(out, "{}", wrapped(fits, 6, row.what))?;
        if let Some(why) = &row.why {
            writeln!(out, "{}", wrapped("        ", 8, why))?;
        }
    }
    Ok(())
}

fn signs(out: &mut dyn Write, signs: &[ExplainedSign]) -> io::Result<()> {
    // Columns in which nothing stands are left out.
    let written = signs
        .iter()
        .filter(|sign| sign.read_as.is_some() || sign.counts == Some(true) || is_odd(sign));
    let written: Vec<_> = written.collect();
    if written.is_empty() {
        return writeln!(out, "There is none.");
    }
    let widest = |of: &dyn Fn(&ExplainedSign) -> usize| written.iter().map(|sign| of(sign)).max();
    let age_of = |sign: &ExplainedSign| sign.age_s.map(ago).unwrap_or_default();
    let ages = widest(&|sign| age_of(sign).chars().count()).unwrap_or_default();
    let columns = widest(&|sign| sign.column.chars().count()).unwrap_or_default();
    let mut of = "";
    for sign in written {
        if of != sign.of {
            of = &sign.of;
            writeln!(out, " {}", shown(of))?;
        }
        let value = shortened(&sign.value, VALUE);
        let age = padded(&age_of(sign), ages);
        let first = format!("   {age}  {}  ", shown(&padded(&sign.column, columns)));
        let mut said = value.clone();
        match sign.read_as.as_deref().map(without_zeros) {
            Some(at) if is_as_written(&value, &at) => {}
            Some(at) => said.extend([", read as ", &at]),
            None => said.push_str(", not understood"),
        }
        if sign.is_newest {
            said.push_str(", the newest that counts");
        } else if sign.counts == Some(true) {
            said.push_str(", counts");
        }
        writeln!(out, "{}", wrapped(&first, ages + 7, &said))?;
        if let (Some(false), Some(why)) = (sign.counts, &sign.why_not) {
            let indent = ages + 7;
            writeln!(
                out,
                "{}",
                wrapped(&" ".repeat(indent), indent, &format!("does not count: {why}"))
            )?;
        }
    }
    Ok(())
}

/// Whether a time is written as it is read, but for a fraction that says nothing.
fn is_as_written(written: &str, read_as: &str) -> bool {
    let whole = |at: &str| match at.strip_suffix('Z').and_then(|at| at.split_once('.')) {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => format!("{whole}Z"),
        Some((whole, fraction)) => format!("{whole}.{}Z", fraction.trim_end_matches('0')),
        None => at.to_owned(),
    };
    whole(written) == whole(read_as)
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
            " ({left_out} earlier ones are left out here; the JSON has them)"
        )?;
    }
    let latest = timeline.get(left_out..).unwrap_or_default();
    let told = latest.iter().map(|happened| {
        let column = happened.column.as_ref();
        let column = column.map_or_else(String::new, |column| format!(" ({column})"));
        let what = format!("{}{column}", happened.what);
        (Some(happened.at.as_str()), Some(happened.age_s), what)
    });
    dated(out, told)
}

fn reaps(out: &mut dyn Write, reaps: &[ReapOnRecord]) -> io::Result<()> {
    let told = reaps
        .iter()
        .map(|reap| (reap.at.as_deref(), reap.age_s, reap.says.clone()));
    dated(out, told)
}

/// When, how long ago, and what.
fn dated<'t>(
    out: &mut dyn Write,
    told: impl Iterator<Item = (Option<&'t str>, Option<f64>, String)>,
) -> io::Result<()> {
    let told = told.map(|(at, age_s, what)| {
        let at = at.map_or_else(|| "at no time that can be read".to_owned(), to_the_millisecond);
        (at, age_s.map(ago).unwrap_or_default(), what)
    });
    let told: Vec<_> = told.collect();
    let ats = told.iter().map(|(at, ..)| at.chars().count()).max();
    let ages = told.iter().map(|(_, age, _)| age.chars().count()).max();
    let (ats, ages) = (ats.unwrap_or_default(), ages.unwrap_or_default());
    for (at, age, what) in &told {
        let first = format!(" {}  {}  ", padded(at, ats), padded(age, ages));
        writeln!(out, "{}", wrapped(&first, ats + ages + 5, what))?;
    }
    Ok(())
}

/// A moment as exactly as people tell it: a report tells it to the microsecond.
fn to_the_millisecond(at: &str) -> String {
    match at.split_once('.') {
        Some((whole, fraction)) => {
            let millis = fraction.get(..3).unwrap_or_default();
            without_zeros(&format!("{whole}.{millis}Z"))
        }
        None => at.to_owned(),
    }
}

fn ago(age_s: f64) -> String {
    if age_s < 0.0 {
        format!("in {}", age(-age_s))
    } else {
        age(age_s)
    }
}
