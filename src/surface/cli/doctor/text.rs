//! The diagnosis, for people: a finding a line.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use chrono::{DateTime, SecondsFormat, Utc};
use zombie_sweeper::inspect::{Diagnosis, Finding, Severity};

use super::super::text::{counted, shown};

const GREEN: Style = AnsiColor::Green.on_default();
const DIM: Style = Style::new().dimmed();

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Notice => AnsiColor::Cyan.on_default(),
    }
}

pub(super) fn diagnosis(out: &mut dyn Write, diagnosis: &Diagnosis) -> io::Result<()> {
    if diagnosis.findings.is_empty() {
        writeln!(out, "{GREEN}Nothing found.{GREEN:#}")?;
    }
    diagnosis
        .findings
        .iter()
        .try_for_each(|found| finding(out, found))?;
    writeln!(out, "{DIM}{}{}{DIM:#}", tasks(diagnosis), sweeper(diagnosis))?;
    match &diagnosis.trial {
        Some(trial) => writeln!(
            out,
            "{DIM}Tried on task {}: wrote {}, undone after {:.1} ms.{DIM:#}",
            shown(&trial.task_id),
            trial.wrote.join(", "),
            trial.lock_ms
        ),
        None => Ok(()),
    }
}

fn tasks(diagnosis: &Diagnosis) -> String {
    if !diagnosis.can_be_tried() {
        return "No task was looked at.".to_owned();
    }
    format!(
        "{}: {} healthy, {}, {} undecided.",
        counted(diagnosis.scanned, "running task"),
        diagnosis.healthy,
        counted(diagnosis.zombies, "zombie"),
        diagnosis.undecided
    )
}

fn finding(out: &mut dyn Write, finding: &Finding) -> io::Result<()> {
    let (style, severity) = (style(finding.severity), finding.severity);
    let (code, seen, advice) = (finding.code, &finding.seen, &finding.advice);
    let sql = finding
        .sql
        .as_ref()
        .map_or_else(String::new, |sql| format!(": {sql}"));
    writeln!(
        out,
        "{style}{severity}{style:#} {code}: {} {DIM}->{DIM:#} {}",
        shown(seen),
        shown(&format!("{advice}{sql}"))
    )
}

/// What is known of the sweeper itself.
fn sweeper(diagnosis: &Diagnosis) -> String {
    let sweeper = &diagnosis.sweeper;
    let moments = [
        ("last reap", sweeper.last_reap),
        ("last sweep", sweeper.last_sweep),
        ("last success", sweeper.last_success),
        ("next sweep", sweeper.next_sweep),
    ];
    let known = moments.into_iter().filter_map(|(what, at)| Some((what, at?)));
    let known: Vec<_> = known
        .map(|(what, at)| format!(" {what} {}.", short(at)))
        .collect();
    known.concat()
}

fn short(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
