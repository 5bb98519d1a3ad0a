//! A history as people read it: how many, a bar a day, then each reap.

use std::io::{self, Write};

use zombie_sweeper::inspect::{DayOfReaps, History, ReapInHistory};
use zombie_sweeper::zombie::Outcome;

use crate::surface::cli::text::{age, counted, shortened, shown, table, title, warnings};

/// How many of the last days have a bar.
const DAYS: usize = 30;

/// The longest bar.
const BAR: usize = 50;

/// The most characters of an id.
const ID: usize = 40;

pub(crate) fn history(out: &mut dyn Write, history: &History) -> io::Result<()> {
    title(out, &heading(history))?;
    if !history.outcomes.is_empty() {
        let outcomes = history
            .outcomes
            .iter()
            .map(|(outcome, count)| format!("{count} {}", word(*outcome)));
        let outcomes: Vec<_> = outcomes.collect();
        writeln!(out, "What became of those listed: {}.", outcomes.join(", "))?;
    }
    if !history.days.is_empty() {
        writeln!(out)?;
        days(out, &history.days)?;
    }
    if !history.reaps.is_empty() {
        writeln!(out, "\n{}", reaps(&history.reaps))?;
    }
    match history.total.saturating_sub(history.reaps.len()) {
        0 => {}
        more => writeln!(out, "… and {more} more: --limit lists them")?,
    }
    warnings(out, &history.warnings)
}

fn heading(history: &History) -> String {
    let since = history.since.as_deref().map(to_the_second);
    let asked = [
        ("of task", history.task.clone()),
        ("of project", history.project.clone()),
        ("for", history.reason.clone()),
        ("since", since),
    ];
    let asked = asked
        .into_iter()
        .filter_map(|(what, value)| Some(format!(" {what} {}", shown(&value?))));
    let of = asked.collect::<String>();
    match history.total {
        0 => format!("No reap{of} is on record."),
        total => format!("{}{of}.", counted(total, "reap")),
    }
}

/// A moment without its fraction.
pub(crate) fn to_the_second(at: &str) -> String {
    at.split_once('.')
        .map_or_else(|| at.to_owned(), |(whole, _)| format!("{whole}Z"))
}

pub(crate) fn word(outcome: Outcome) -> String {
    serde_json::to_value(outcome)
        .ok()
        .and_then(|word| word.as_str().map(|word| word.replace('_', " ")))
        .unwrap_or_default()
}

fn days(out: &mut dyn Write, days: &[DayOfReaps]) -> io::Result<()> {
    let left_out = days.len().saturating_sub(DAYS);
    let days = days.get(left_out..).unwrap_or_default();
    let most = days.iter().map(|day| day.reaps).max().unwrap_or_default().max(1);
    let rows = days.iter().map(|day| {
        // A day with any has a bar.
        let length = (day.reaps * BAR).div_ceil(most.max(BAR));
        [day.day.clone(), day.reaps.to_string(), "█".repeat(length)]
    });
    writeln!(out, "{}", table(["day", "reaps", ""], rows))
}

fn reaps(reaps: &[ReapInHistory]) -> String {
    let rows = reaps.iter().map(|reap| {
        let on_record = &reap.on_record;
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
        let mut became = match (&reap.outcome, &reap.status) {
            (Some(outcome), _) => word(*outcome),
            (None, Some(status)) => format!("? ({status})"),
            (None, None) => "?".to_owned(),
        };
        if reap.contested == Some(true) {
            became.push_str(", contested");
        }
        [
            to_the_second(&text(&on_record.at)),
            on_record.age_s.map(age).unwrap_or_default(),
            shortened(&on_record.task_id.to_string(), ID),
            text(&on_record.reason),
            on_record.silence_s.map(age).unwrap_or_default(),
            became,
            reap.next_run_id
                .as_ref()
                .map(|run| shortened(&run.to_string(), ID))
                .unwrap_or_default(),
        ]
    });
    table(
        ["at", "ago", "task", "reason", "silent for", "became", "by run"],
        rows,
    )
}
