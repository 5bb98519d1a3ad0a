//! What people read.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{ContentArrangement, Table, presets};
use zombie_sweeper::SweepReport;
use zombie_sweeper::store::{Role, Words};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();

/// The summary of a sweep.
pub(crate) fn report(out: &mut dyn Write, report: &SweepReport) -> io::Result<()> {
    let reaped = report.reaps.len();
    if reaped == 0 {
        writeln!(out, "{GREEN}No zombie tasks found.{GREEN:#}")?;
    } else {
        let verb = if report.dry_run { "Would reap" } else { "Reaped" };
        writeln!(out, "{BOLD}{verb} {}.{BOLD:#}", counted(reaped, "zombie task"))?;
        let rows = report
            .reaps
            .iter()
            .map(|reap| [reap.task_id.to_string(), reap.reason.to_string()]);
        writeln!(out, "{}", table(["task", "reason"], rows))?;
    }
    writeln!(
        out,
        "{} of {}: {} healthy, {} undecided; {} abandoned, {} freed, {}, {} ms.",
        counted(report.scanned, "running task"),
        report.project.as_deref().map_or_else(
            || "all projects".to_owned(),
            |name| format!("project {}", shown(name))
        ),
        report.healthy,
        report.undecided.len(),
        counted(report.runs_abandoned, "run"),
        counted(report.workspaces_freed, "workspace"),
        counted(report.transactions, "transaction"),
        report.duration_ms,
    )?;
    if !report.undecided.is_empty() {
        let rows = report
            .undecided
            .iter()
            .map(|task| [task.task_id.clone(), task.why.to_string()]);
        writeln!(
            out,
            "\n{BOLD}Undecided, left alone:{BOLD:#}\n{}",
            table(["task", "why"], rows)
        )?;
    }
    warnings(out, &report.warnings)?;
    match &report.error {
        Some(error) => writeln!(out, "{YELLOW}stopped early:{YELLOW:#} {}", shown(error)),
        None => Ok(()),
    }
}

/// A heading between two steps of a story.
pub(crate) fn heading(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{BOLD}{text}{BOLD:#}\n")
}

/// A line in the background.
pub(crate) fn dim(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "{DIM}{text}{DIM:#}")
}

/// Each warning on a line.
pub(crate) fn warnings(out: &mut dyn Write, warnings: &[String]) -> io::Result<()> {
    warnings
        .iter()
        .try_for_each(|warning| writeln!(out, "{YELLOW}warning:{YELLOW:#} {}", shown(warning)))
}

/// Who plays which role.
pub(crate) fn roles(out: &mut dyn Write, roles: &[Role]) -> io::Result<()> {
    let rows = roles.iter().map(|role| {
        [
            role.role.clone(),
            role.column.clone().unwrap_or_else(|| "absent".to_owned()),
        ]
    });
    writeln!(out, "{}", table(["role", "table.column"], rows))
}

/// The words in force, and those of the database.
pub(crate) fn words(out: &mut dyn Write, words: &Words) -> io::Result<()> {
    let rows = [
        ("a task at work", words.running.clone()),
        ("a task that is reset", words.open.clone()),
        ("a run that has ended", words.finished.join(", ")),
        ("tasks in the database", words.task_statuses.join(", ")),
        ("runs in the database", words.run_statuses.join(", ")),
    ];
    writeln!(
        out,
        "\n{}",
        table(
            ["whose", "status"],
            rows.map(|(whose, status)| [whose.to_owned(), status])
        )
    )
}

/// A table without lines, as `ps` prints them.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.map(str::to_uppercase));
    for row in rows {
        table.add_row(row.map(|cell| shown(&cell)));
    }
    table.trim_fmt()
}

pub(crate) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Fit for a terminal: no control characters, and no more than a line of it.
fn shown(text: &str) -> String {
    const MOST: usize = 400;
    let mut shown = harmless(&text.chars().take(MOST).collect::<String>(), &[]);
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

/// Without control characters other than these: a terminal obeys them.
pub(crate) fn harmless(text: &str, but: &[char]) -> String {
    let mut harmless = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && !but.contains(&c) {
            harmless.extend(c.escape_default());
        } else {
            harmless.push(c);
        }
    }
    harmless
}
