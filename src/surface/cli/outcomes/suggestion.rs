//! What silence has cost, and the thresholds suggested, as people read it: the costs first.

use std::io::{self, Write};

use zombie_sweeper::inspect::{Cost, Costs, Suggestion};
use zombie_sweeper::zombie::threshold::{CONFIDENCE, FACTOR, SHARE};
use zombie_sweeper::zombie::{Because, Labels, Learned, Threshold, WithReaps, span};

use crate::surface::cli::text::{age, counted, heading, table};

/// How many projects and kinds are shown; the JSON has them all.
const SHOWN: usize = 20;

pub(super) fn suggestion(out: &mut dyn Write, suggestion: &Suggestion) -> io::Result<()> {
    heading(
        out,
        "What silence has cost in that time, and would have if it had been borne as is suggested",
    )?;
    if suggestion.costs.is_empty() {
        writeln!(out, "No reap for silence that can be told of.")?;
    } else {
        costs(out, &suggestion.costs)?;
    }
    heading(out, "The thresholds suggested, which --stale-after auto takes")?;
    thresholds(out, &suggestion.thresholds)
}

fn costs(out: &mut dyn Write, costs: &[Costs]) -> io::Result<()> {
    let rows = costs.iter().take(SHOWN).map(|costs| {
        [
            label(costs.project.as_deref()),
            label(costs.kind.as_deref()),
            thrown_away(&costs.was),
            thrown_away(&costs.suggested),
            waiting(&costs.was),
            waiting(&costs.suggested),
        ]
    });
    let header = [
        "project",
        "kind",
        "work thrown away",
        "as suggested",
        "slots waiting",
        "as suggested",
    ];
    writeln!(out, "{}", table(header, rows))?;
    more(out, costs.len())?;
    match costs.iter().map(|costs| costs.uncounted).sum() {
        0 => Ok(()),
        reaps => writeln!(
            out,
            "Of {} the record says too little to count what they have cost.",
            counted(reaps, "reap")
        ),
    }
}

/// Work is what a run shows: how much more it had done, nobody knows.
fn thrown_away(cost: &Cost) -> String {
    match cost.contested {
        0 => "none".to_owned(),
        reaps => format!(
            "at least {}, by {}",
            age(cost.work_thrown_away_s),
            counted(reaps, "reap")
        ),
    }
}

fn waiting(cost: &Cost) -> String {
    match cost.unchallenged {
        0 => "none".to_owned(),
        reaps => format!("{}, of {}", age(cost.slots_waiting_s), counted(reaps, "reap")),
    }
}

fn thresholds(out: &mut dyn Write, learned: &Learned) -> io::Result<()> {
    let mut of: Vec<(&Labels, &Threshold)> = learned.iter().collect();
    of.sort_by_key(|(_, of)| std::cmp::Reverse(of.stale_after));
    if of.is_empty() {
        return writeln!(
            out,
            "{} for all: no run is on record that says how long they are silent.",
            span(learned.otherwise())
        );
    }
    let rows = of.iter().take(SHOWN).map(|(labels, of)| {
        let found = &of.bound;
        [
            label(labels.project.as_deref()),
            label(labels.kind.as_deref()),
            span(of.stale_after),
            of.because.word().to_owned(),
            found.n.to_string(),
            found.missing.to_string(),
            of.made_of().map(span).unwrap_or_default(),
            with_reaps(found.with_reaps),
            found.reaps.to_string(),
            found.refused.to_string(),
        ]
    });
    let header = [
        "project",
        "kind",
        "stale after",
        "because",
        "runs",
        "missing",
        "bound",
        "with reaps",
        "reaped",
        "refused",
    ];
    writeln!(out, "{}", table(header, rows))?;
    more(out, of.len())?;
    writeln!(
        out,
        "With {:.0} % confidence at most {:.0} % of such runs are silent for longer than the bound; a threshold is {FACTOR} \
         times that, as a margin. With reaps: if whatever was reaped for silence was alive. While runs are missing there is no bound.",
        CONFIDENCE * 100.0,
        SHARE * 100.0,
    )?;
    if of.iter().any(|(_, of)| of.because == Because::Kept) {
        writeln!(
            out,
            "One that is kept is held at what was in force, until runs show that less is enough."
        )?;
    }
    writeln!(out, "{} for all others.", span(learned.otherwise()))
}

fn with_reaps(with_reaps: WithReaps) -> String {
    match with_reaps {
        WithReaps::TooFew => String::new(),
        WithReaps::Is(bound) => span(bound),
        WithReaps::DoesNotExist => "none exists".to_owned(),
    }
}

fn label(label: Option<&str>) -> String {
    label.unwrap_or("?").to_owned()
}

fn more(out: &mut dyn Write, of: usize) -> io::Result<()> {
    match of.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "and {more} more, which the JSON has"),
    }
}
