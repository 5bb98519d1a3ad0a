//! What people read.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use comfy_table::{ContentArrangement, Table, presets};
use zombie_sweeper::report::{Reaps, UnparkReport};
use zombie_sweeper::store::{Example, Seen, Unused, Words};
use zombie_sweeper::{Profile, SweepReport};

use crate::surface::brake::reaped_lately;

pub(crate) use crate::surface::harmless::{harmless, shortened};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();

/// The most characters of anything.
const LINE: usize = 400;
/// The most characters of what a task held.
const HELD: usize = 60;
/// How many ids are listed where they share a line; the JSON summary has them all.
const LISTED: usize = 3;

/// The summary of a sweep.
pub(crate) fn report(out: &mut dyn Write, report: &SweepReport) -> io::Result<()> {
    let reaped = report.reaps.len();
    if let Some(held) = &report.held_back {
        writeln!(
            out,
            "{BOLD}Held back: {} due, and no more than {} may be reaped at once{}. None was.{BOLD:#}",
            match held.due.len() {
                1 => "1 zombie task is".to_owned(),
                several => format!("{several} zombie tasks are"),
            },
            held.at_most,
            reaped_lately(held)
        )?;
        writeln!(out, "{}", zombies(&held.due, report))?;
    } else if reaped == 0 && report.failed.len() + report.moved_on + report.waiting > 0 {
        writeln!(out, "{BOLD}No zombie tasks reaped.{BOLD:#}")?;
    } else if reaped == 0 {
        writeln!(out, "{GREEN}No zombie tasks found.{GREEN:#}")?;
    } else {
        let verb = if report.dry_run { "Would reap" } else { "Reaped" };
        writeln!(out, "{BOLD}{verb} {}.{BOLD:#}", counted(reaped, "zombie task"))?;
        writeln!(out, "{}", zombies(&report.reaps, report))?;
    }
    writeln!(
        out,
        "{} of {}{}{}: {} healthy, {} undecided{}{}; {} abandoned, {} freed, {}, {} ms.",
        counted(report.scanned, "running task"),
        if report.tasks.is_some() {
            "those named, of "
        } else {
            ""
        },
        report.project.as_deref().map_or_else(
            || "all projects".to_owned(),
            |name| format!("project {}", shown(name))
        ),
        other_profile(&report.profile).map_or_else(String::new, |name| format!(" (profile {name})")),
        report.healthy,
        report.undecided.len(),
        match report.waiting {
            0 => String::new(),
            waiting => format!(", {waiting} whose silence is to be confirmed"),
        },
        match report.moved_on {
            0 => String::new(),
            left => format!(", {left} left to the next sweep"),
        },
        counted(report.runs_abandoned, "run"),
        counted(report.workspaces_freed, "workspace"),
        counted(report.transactions, "transaction"),
        report.duration_ms,
    )?;
    let undecided = report
        .undecided
        .iter()
        .map(|task| (task.task_id.as_str(), task.why.as_str()));
    left_alone(out, "Undecided, left alone:", undecided)?;
    let failed = report
        .failed
        .iter()
        .map(|task| (task.task_id.as_str(), task.why.as_str()));
    left_alone(out, "Could not be reaped:", failed)?;
    again_and_again(out, report)?;
    warnings(out, &report.warnings)?;
    match &report.error {
        Some(error) => writeln!(out, "{YELLOW}stopped early:{YELLOW:#} {}", shown(error)),
        None => Ok(()),
    }
}

/// The zombies, with the evidence where the report has it.
fn zombies(due: &Reaps, report: &SweepReport) -> String {
    let Some(zombies) = &report.zombies else {
        let rows = due
            .iter()
            .map(|reap| [reap.task_id.to_string(), reap.reason.to_string()]);
        return table(["task", "reason"], rows);
    };
    let found: HashMap<_, _> = zombies.iter().map(|zombie| (&zombie.task_id, zombie)).collect();
    let rows = due.iter().map(|reap| {
        let zombie = found.get(&reap.task_id);
        let run = zombie.and_then(|zombie| zombie.run_id.as_ref());
        let held = zombie.iter().flat_map(|zombie| &zombie.held);
        let held: Vec<_> = held.map(|(column, value)| format!("{column} {value}")).collect();
        [
            reap.task_id.to_string(),
            reap.reason.to_string(),
            run.map(ToString::to_string).unwrap_or_default(),
            zombie
                .and_then(|zombie| zombie.age_s)
                .map(age)
                .unwrap_or_default(),
            shortened(&held.join(", "), HELD),
        ]
    });
    table(["task", "reason", "run", "silence", "held"], rows)
}

/// A task that is open again.
pub(crate) fn unparked(out: &mut dyn Write, unparked: &UnparkReport) -> io::Result<()> {
    let parked = unparked.parked_at.as_deref();
    writeln!(
        out,
        "{BOLD}{} is {} again.{BOLD:#} It was {}{}.",
        shown(&unparked.task_id.to_string()),
        shown(&unparked.to),
        shown(&unparked.from),
        parked.map_or_else(String::new, |at| format!(" since {}", without_zeros(at)))
    )
}

/// Tasks that fall silent each time, and what became of them.
fn again_and_again(out: &mut dyn Write, report: &SweepReport) -> io::Result<()> {
    if report.repeats.is_empty() {
        return Ok(());
    }
    let parked: HashSet<_> = report.parked.iter().collect();
    let became = if report.dry_run { "and would be" } else { "and was" };
    let rows = report.repeats.iter().map(|repeat| {
        let became = if parked.contains(&repeat.task_id) {
            "parked"
        } else {
            "opened"
        };
        [
            repeat.task_id.to_string(),
            repeat.reaps.to_string(),
            became.to_owned(),
        ]
    });
    writeln!(
        out,
        "\n{BOLD}Fell silent again and again:{BOLD:#}\n{}",
        table(["task", "times", became], rows)
    )
}

/// Tasks that were left as they are, the same sentence said once.
fn left_alone<'r>(
    out: &mut dyn Write,
    heading: &str,
    tasks: impl Iterator<Item = (&'r str, &'r str)>,
) -> io::Result<()> {
    let mut by_sentence: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut places = HashMap::new();
    for (task, why) in tasks {
        let place = *places.entry(why).or_insert(by_sentence.len());
        match by_sentence.get_mut(place) {
            Some((_, tasks)) => tasks.push(task),
            None => by_sentence.push((why, vec![task])),
        }
    }
    if by_sentence.is_empty() {
        return Ok(());
    }
    let rows = by_sentence
        .iter()
        .map(|(why, tasks)| [tasks.len().to_string(), some(tasks, LISTED), (*why).to_owned()]);
    writeln!(
        out,
        "\n{BOLD}{heading}{BOLD:#}\n{}",
        table(["tasks", "which", "why"], rows)
    )
}

/// So many of them, and how many more there are.
pub(crate) fn some(ids: &[impl AsRef<str>], most: usize) -> String {
    let listed: Vec<_> = ids.iter().take(most).map(AsRef::as_ref).collect();
    match ids.len() - listed.len() {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}

/// In the two largest units that say anything, and in minutes alone up to an hour.
pub(crate) fn age(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs();
    let (minutes, hours, days) = (whole / 60, whole / 3600, whole / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{whole}s"),
        (0, 0, _) => format!("{minutes}m"),
        (0, _, _) => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

/// A moment without the part of its fraction that says nothing.
pub(crate) fn without_zeros(at: &str) -> String {
    at.strip_suffix('Z')
        .and_then(|at| at.split_once('.'))
        .map_or_else(
            || at.to_owned(),
            |(whole, fraction)| match fraction.trim_end_matches('0') {
                "" => format!("{whole}Z"),
                fraction => format!("{whole}.{fraction}Z"),
            },
        )
}

/// A heading between two steps of a story.
pub(crate) fn heading(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{BOLD}{text}{BOLD:#}\n")
}

/// What stands above a part of an answer.
pub(crate) fn title(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}", shown(text))
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

/// Who plays which role, a column on each line, and what stands there.
pub(crate) fn examples(out: &mut dyn Write, examples: &[Example]) -> io::Result<()> {
    let rows = examples.iter().flat_map(|example| {
        let role = &example.role.role;
        let absent = [role.clone(), "absent".to_owned(), String::new(), String::new()];
        let absent = example.seen.is_empty().then_some(absent);
        let seen = example.seen.iter().map(|seen: &Seen| {
            let [value, read_as] = [&seen.value, &seen.read_as].map(|text| text.clone().unwrap_or_default());
            [role.clone(), seen.column.clone(), value, read_as]
        });
        absent.into_iter().chain(seen).collect::<Vec<_>>()
    });
    let header = ["role", "table.column", "value", "read as"];
    writeln!(out, "{}", table(header, rows))
}

/// Columns without a role, each on a line.
pub(crate) fn unused(out: &mut dyn Write, unused: &[Unused]) -> io::Result<()> {
    if unused.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    unused
        .iter()
        .try_for_each(|unused| writeln!(out, "{DIM}unused:{DIM:#} {}", shown(&unused.to_string())))
}

/// The words in force, and those of the database.
pub(crate) fn words(out: &mut dyn Write, words: &Words) -> io::Result<()> {
    let rows = [
        ("a task at work", words.running.join(", ")),
        ("a task at work", words.running_where.clone().unwrap_or_default()),
        ("a task that is reset", words.open.join(", ")),
        ("a run at work", words.run_running.join(", ")),
        (
            "a run at work",
            words.run_running_where.clone().unwrap_or_default(),
        ),
        ("a run that has ended", words.finished.join(", ")),
        ("tasks in the database", words.task_statuses.join(", ")),
        ("runs in the database", words.run_statuses.join(", ")),
    ];
    // Where a condition tells, or there are no runs, there are no words.
    let rows = rows.into_iter().filter(|(_, words)| !words.is_empty());
    let rows = rows.map(|(whose, words)| [whose.to_owned(), words]);
    writeln!(out, "\n{}", table(["whose", "status"], rows))
}

/// The profile in force, where it is not Orchestra's.
pub(crate) fn profile(out: &mut dyn Write, name: &str) -> io::Result<()> {
    match other_profile(name) {
        Some(name) => writeln!(out, "\nprofile: {name}"),
        None => Ok(()),
    }
}

fn other_profile(name: &str) -> Option<String> {
    (name != Profile::default().name()).then(|| shown(name))
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
pub(crate) fn shown(text: &str) -> String {
    harmless(&shortened(text, LINE), &[])
}
