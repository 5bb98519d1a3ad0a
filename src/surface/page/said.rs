//! Small pieces that every page says: an id, a moment, a span of time, a reason in words.

use std::time::Duration;

use maud::{Markup, html};
use zombie_sweeper::zombie::{Outcome, Reason, span};

use super::asked;
use crate::surface::harmless::{harmless, shortened, spelt};

/// The most characters of an id.
const ID: usize = 200;

/// An id up to so many characters stays on one line.
const SHORT: usize = 24;

/// What stands where there is nothing: no name is spelt so.
const EMPTY: &str = "\\u{}";

/// The most characters of a sentence.
const SENTENCE: usize = 2000;

/// Text of others: without what would turn or hide it, no longer than so, and apart from the direction of what stands around it.
pub(super) fn text(text: &str, most: usize) -> Markup {
    html! { bdi { (harmless(&shortened(text, most), &[])) } }
}

/// A sentence of ours that may quote others.
pub(super) fn sentence(text: &str) -> Markup {
    self::text(text, SENTENCE)
}

/// An id as it can be read, and told from every other; where it is too long for that, how long it is.
pub(super) fn id(id: &str) -> Markup {
    let shown = name(id, ID);
    html! {
        span class=(if shown.chars().nth(SHORT).is_some() { "id" } else { "id short" }) { bdi { (shown) } }
        @if id.is_empty() { " " small { "(an empty id)" } }
        @if id.chars().nth(ID).is_some() { " " small { "(" (bytes(id.len())) " long)" } }
    }
}

/// A name so that no two that differ look alike, as far as so many characters go; the one that has none is seen too.
pub(super) fn name(name: &str, most: usize) -> String {
    if name.is_empty() {
        return EMPTY.to_owned();
    }
    let rest = name.chars().nth(most).map_or("", |_| "…");
    spelt(name.chars().take(most), &[]) + rest
}

/// A task's id, with a link to its page where an address can carry it.
pub(super) fn task(id: &str, project: Option<&str>) -> Markup {
    let address = asked::of_task(id, project);
    html! {
        @match &address {
            Some(address) => a href=(address) { (self::id(id)) },
            None => { (self::id(id)) " " small { "– too long for a page of its own" } },
        }
    }
}

fn bytes(count: usize) -> String {
    match count {
        0..1000 => format!("{count} bytes"),
        1000..1_000_000 => format!("{} KB", count / 1000),
        _ => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}

/// A moment to the second, as a clock in UTC shows it; exactly for machines.
pub(super) fn moment(at: &str) -> Markup {
    let whole = at
        .split_once('.')
        .map_or_else(|| at.trim_end_matches('Z'), |(whole, _)| whole);
    html! { time datetime=(at) { (whole.replacen('T', " ", 1)) " UTC" } }
}

/// A span of seconds in words.
pub(super) fn for_so_long(seconds: f64) -> String {
    span(Duration::from_secs(
        Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs(),
    ))
}

/// How long ago something was, or in how long it is; the moment itself for machines, and for who points at it.
pub(super) fn ago(at: &str, age_s: f64) -> Markup {
    html! {
        time datetime=(at) title=(at) {
            @if age_s < 0.0 { "in " (for_so_long(-age_s)) } @else { (for_so_long(age_s)) " ago" }
        }
    }
}

/// One of them, or so many.
pub(super) fn counted(count: usize, thing: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {thing}{s}", number(count))
}

/// A count with its thousands apart.
pub(super) fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut said = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            said.push('\u{202f}');
        }
        said.push(digit);
    }
    said
}

/// A reason code in words.
pub(super) fn why(code: &str) -> String {
    let known = Reason::FIXED.into_iter().find(|reason| reason.code() == code);
    let reason = known.or_else(|| Some(Reason::RunFinished(code.strip_prefix("run_")?.into())));
    match reason {
        Some(Reason::RunFinished(status)) => {
            format!(
                "its run ended as {}, and the task was not told",
                shortened(&status, ID)
            )
        }
        Some(Reason::NoActiveRun) => "it names no run, and nobody was heard of".to_owned(),
        Some(Reason::MissingRun) => "it names a run that is not its own, and nobody was heard of".to_owned(),
        Some(Reason::StaleHeartbeat) => "its run has been silent for too long".to_owned(),
        Some(Reason::LeaseExpired) => "its lease is over".to_owned(),
        Some(Reason::WorkerGone) => "its worker is gone".to_owned(),
        None => "for a reason that the record does not say".to_owned(),
    }
}

/// What became of a task, in words.
pub(super) fn became(outcome: Outcome) -> String {
    let word = serde_json::to_value(outcome).ok();
    let word = word.as_ref().and_then(serde_json::Value::as_str);
    word.map_or_else(|| "not known".to_owned(), |word| word.replace('_', " "))
}

/// With a capital letter, unless it begins with a name.
pub(super) fn capital(says: &str) -> String {
    let first = says.split(char::is_whitespace).next().unwrap_or_default();
    if first.contains(['_', '.', '-']) {
        return says.to_owned();
    }
    let mut letters = says.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Warnings to the operator; nothing where there is none.
pub(super) fn warnings(warnings: &[String]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            section.card.warnings aria-labelledby="warnings" {
                h2 #warnings { (capital(&counted(warnings.len(), "warning"))) }
                ul { @for warning in warnings { li { (sentence(warning)) } } }
            }
        }
    }
}

/// What is wider than a narrow screen is moved by itself, with the keyboard too.
pub(super) fn wide(label: &str, table: &Markup) -> Markup {
    html! { div.wide role="region" aria-label=(format!("Table: {label}")) tabindex="0" { (table) } }
}

#[cfg(test)]
mod tests {
    use crate::surface::page::said::*;

    #[test]
    fn what_stands_in_an_id_is_shown_and_not_obeyed() {
        let shown = id("<b>\u{202e}\0\"&").into_string();
        assert!(
            !shown.contains("<b>") && !shown.contains(['\u{202e}', '\0']),
            "{shown}"
        );
        assert!(shown.contains("&lt;b&gt;\\u{202e}\\u{0}&quot;&amp;"), "{shown}");
    }

    #[test]
    fn ids_that_differ_look_different() {
        let alike = [
            "a b",
            "a  b",
            "a\tb",
            " a b",
            "a b ",
            "a\u{a0}b",
            "a\u{3000}b",
            "a\\u{a0}b",
            "\u{e9}",
            "e\u{301}",
            "",
            " ",
            "  ",
            "\u{a0}",
            "\\u{}",
            "\u{301}",
        ];
        // A browser takes blanks in a row for one, and leaves out those at the ends.
        let seen = |id: &str| {
            name(id, ID)
                .split_ascii_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        let shown: std::collections::BTreeSet<_> = alike.iter().map(|id| seen(id)).collect();
        assert_eq!(shown.len(), alike.len(), "{shown:?}");
        assert!(shown.iter().all(|shown| !shown.is_empty()));
    }

    #[test]
    fn an_id_that_is_cut_says_how_long_it_is() {
        assert!(!id(&"x".repeat(ID)).into_string().contains("long"));
        assert!(id(&"x".repeat(1_234_567)).into_string().contains("(1.2 MB long)"));
    }

    #[test]
    fn counts_are_read_at_a_glance() {
        let shown = [0, 999, 1_000, 12_345_678].map(number);
        assert_eq!(shown, ["0", "999", "1\u{202f}000", "12\u{202f}345\u{202f}678"]);
    }

    #[test]
    fn a_name_keeps_its_letters() {
        assert_eq!(capital("silence is"), "Silence is");
        assert_eq!(capital("task_runs.started_at is"), "task_runs.started_at is");
    }
}
