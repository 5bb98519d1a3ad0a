//! Outcomes as people read them: a line for each project, kind and reason, then what the sweeps say together.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use zombie_sweeper::inspect::{Outcomes, ReapsAlike};
use zombie_sweeper::zombie::{Outcome, span};

use super::suggestion;
use crate::surface::cli::history::text::{to_the_second, word};
use crate::surface::cli::text::{counted, shown, table, title, warnings};

pub(crate) fn outcomes(out: &mut dyn Write, found: &Outcomes) -> io::Result<()> {
    title(out, &heading(found))?;
    if !found.groups.is_empty() {
        writeln!(out, "\n{}\n", groups(&found.groups))?;
        as_they_stand(out, &found.groups)?;
        writeln!(out, "{}.", shown(&sentence(&found.sweeps.says)))?;
    }
    if let Some(suggestion) = &found.suggestion {
        suggestion::suggestion(out, suggestion)?;
    }
    warnings(out, &found.warnings)
}

fn heading(found: &Outcomes) -> String {
    let asked = [("of project", &found.project), ("for", &found.reason)];
    let asked = asked
        .into_iter()
        .filter_map(|(what, value)| Some(format!(" {what} {}", shown(value.as_ref()?))));
    let (of, since) = (asked.collect::<String>(), to_the_second(&found.since));
    match found.total {
        0 => format!("No reap{of} since {since} is on record."),
        total => format!(
            "{}{of} since {since}, and what had become of each after {}.",
            counted(total, "reap"),
            span(Duration::try_from_secs_f64(found.horizon_s).unwrap_or_default())
        ),
    }
}

fn groups(groups: &[ReapsAlike]) -> String {
    let rows = groups.iter().map(|group| {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
        let count = |count: usize| count.to_string();
        let silence = group.silence.as_ref();
        let [contested, unchallenged, untold] = match silence {
            Some(silence) => [silence.contested, silence.unchallenged, silence.untold].map(count),
            None => Default::default(),
        };
        [
            text(&group.project),
            text(&group.kind),
            text(&group.reason),
            count(group.reaps),
            count(group.pending),
            became(&group.outcomes, group.unknown),
            contested,
            unchallenged,
            untold,
        ]
    });
    let header = [
        "project",
        "kind",
        "reason",
        "reaps",
        "pending",
        "became",
        "contested",
        "unchallenged",
        "untold",
    ];
    table(header, rows)
}

fn became(outcomes: &BTreeMap<Outcome, usize>, unknown: usize) -> String {
    let told = outcomes
        .iter()
        .map(|(outcome, count)| format!("{count} {}", word(*outcome)));
    let unknown = (unknown > 0).then(|| format!("{unknown} ?"));
    told.chain(unknown).collect::<Vec<_>>().join(", ")
}

/// Which outcomes are those of today.
fn as_they_stand(out: &mut dyn Write, groups: &[ReapsAlike]) -> io::Result<()> {
    match groups.iter().map(|group| group.as_they_stand).sum() {
        0 => Ok(()),
        count => writeln!(
            out,
            "Of {} it is told as things stand now: nothing says how they stood then.",
            counted(count, "reap")
        ),
    }
}

/// With a capital letter.
fn sentence(says: &str) -> String {
    let mut letters = says.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
