//! For how long the silence of one task is borne, and why, where that is learned.

use std::time::Duration;

use serde::Serialize;

use crate::zombie::threshold::FACTOR;
use crate::zombie::{Because, Labels, Learned, Policy, Threshold, span};

/// What a task's silence is held against.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ExplainedThreshold {
    /// The task's project.
    pub project: Option<String>,
    /// Its kind.
    pub kind: Option<String>,
    /// The age from which a silent run is dead, in seconds.
    pub stale_after_s: f64,
    /// The age from which a claim without a run is dead, in seconds.
    pub claim_grace_s: f64,
    /// `default`, `bound`, `probation`, `kept` or `cap`.
    pub because: &'static str,
    /// The same in words.
    pub says: String,
}

impl ExplainedThreshold {
    /// What is borne of a task with these labels, by this policy.
    pub(super) fn new(learned: &Learned, labels: &Labels, policy: &Policy) -> Self {
        let of = learned.get(labels);
        let because = match (of, learned.why_lost()) {
            (Some(of), _) => of.because,
            (None, Some(_)) => Because::Cap,
            (None, None) => Because::Default,
        };
        let label = |label: &Option<std::sync::Arc<str>>| label.as_deref().map(str::to_owned);
        Self {
            project: label(&labels.project),
            kind: label(&labels.kind),
            stale_after_s: policy.stale_after.as_secs_f64(),
            claim_grace_s: policy.claim_grace().as_secs_f64(),
            because: because.word(),
            says: says(of, because, learned, policy),
        }
    }
}

fn says(of: Option<&Threshold>, because: Because, learned: &Learned, policy: &Policy) -> String {
    let borne = span(policy.stale_after);
    let bound = of.and_then(|of| Some((of.made_of()?, of.bound)));
    // The cap is also what is borne where nothing is known, and where most were reaped: then no bound asks for it.
    let is_asked_for =
        |bound: Duration| because != Because::Cap || bound.saturating_mul(FACTOR) > policy.stale_after;
    match (because, bound) {
        (_, Some((bound, found))) if because != Because::Probation && is_asked_for(bound) => {
            let of_them = format!(
                "with 95 % confidence at most 1 of 100 such runs is silent for longer than {}, by {} that ended by themselves",
                span(bound),
                found.n
            );
            match because {
                Because::Kept => {
                    let at_work = found.bound.filter(|with_living| *with_living > bound);
                    let at_work = at_work.map_or_else(String::new, |with_living| {
                        format!("; with those at work it is {}", span(with_living))
                    });
                    format!(
                        "{borne} are borne, held at what was in force: nothing shows yet that less is enough; {of_them}{at_work}"
                    )
                }
                Because::Default => format!("{borne} are borne, the default: {of_them}"),
                Because::Cap => format!("{borne} are borne, the most that may be: {of_them}"),
                Because::Bound | Because::Probation => {
                    format!("{borne} are borne, twice what was learned: {of_them}")
                }
            }
        }
        (Because::Probation, _) => {
            format!("{borne} are borne: most of the latest such runs were reaped for silence by half of that")
        }
        (Because::Cap, _) if learned.why_lost().is_some() => {
            format!("{borne} are borne, the most that may be: what was learned is not to be had")
        }
        (Because::Cap, _) => format!(
            "{borne} are borne, the most that may be: most of the latest such runs were reaped for silence"
        ),
        _ => {
            let missing = of.map_or_else(String::new, |of| {
                format!(", {} more have to end by themselves", of.bound.missing)
            });
            let kept = if because == Because::Kept {
                "held at what was in force"
            } else {
                "the default"
            };
            format!("{borne} are borne, {kept}: too few such runs are known to learn from{missing}")
        }
    }
}
