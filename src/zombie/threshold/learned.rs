use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::because::Because;
use super::bound::{CONFIDENCE, SHARE, WithReaps};
use super::decide::{Threshold, threshold};
use super::runs::Runs;
use crate::zombie::{Labels, span};

/// The threshold of each project and kind, with its evidence. As JSON it is what a report shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    of: BTreeMap<Labels, Threshold>,
    /// Where nothing is known of a project and kind.
    otherwise: Duration,
    /// Why that is not the default.
    lost: Option<String>,
}

impl Learned {
    /// Decides each threshold, from the runs and from what was in force. Where no runs are known, what was in force stays.
    #[must_use]
    pub fn new(
        runs: &BTreeMap<Labels, Runs>,
        in_force: &BTreeMap<Labels, Duration>,
        default: Duration,
        cap: Duration,
    ) -> Self {
        let labels: BTreeSet<&Labels> = runs.keys().chain(in_force.keys()).collect();
        let nothing = Runs::default();
        let of = labels.into_iter().map(|labels| {
            let runs = runs.get(labels).unwrap_or(&nothing);
            let decided = threshold(runs, default, cap, in_force.get(labels).copied());
            (labels.clone(), decided)
        });
        Self {
            of: of.collect(),
            otherwise: default,
            lost: None,
        }
    }

    /// The evidence is lost, and `why`: the cap for all, as any of them may have been above the default.
    #[must_use]
    pub fn lost(default: Duration, cap: Duration, why: impl Into<String>) -> Self {
        Self {
            of: BTreeMap::new(),
            otherwise: cap.max(default),
            lost: Some(why.into()),
        }
    }

    /// The evidence was lost, and `why`, and is gathered anew: what was decided since is in force, and for all others the cap,
    /// until as many runs have ended as a bound needs.
    #[must_use]
    pub fn anew(
        runs: &BTreeMap<Labels, Runs>,
        in_force: &BTreeMap<Labels, Duration>,
        default: Duration,
        cap: Duration,
        why: impl Into<String>,
    ) -> Self {
        let unknown = runs.keys().map(|labels| (labels.clone(), cap));
        let mut all: BTreeMap<_, _> = unknown.collect();
        all.extend(in_force.iter().map(|(labels, borne)| (labels.clone(), *borne)));
        let mut learned = Self::new(runs, &all, default, cap);
        let lost = Self::lost(default, cap, why);
        for of in learned.of.values_mut() {
            if of.because == Because::Kept && of.stale_after == lost.otherwise {
                of.because = Because::Cap;
            }
        }
        Self {
            of: learned.of,
            ..lost
        }
    }

    /// What is known of these.
    #[must_use]
    pub fn get(&self, labels: &Labels) -> Option<&Threshold> {
        self.of.get(labels)
    }

    /// From which age of its last sign of life on a run of these is stale.
    #[must_use]
    pub fn of(&self, labels: &Labels) -> Duration {
        self.of.get(labels).map_or(self.otherwise, |of| of.stale_after)
    }

    /// Those of which something is known.
    pub fn iter(&self) -> impl Iterator<Item = (&Labels, &Threshold)> {
        self.of.iter()
    }

    /// The threshold of all others.
    #[must_use]
    pub fn otherwise(&self) -> Duration {
        self.otherwise
    }

    /// What an operator is to know of evidence that is lost.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let why = self.lost.as_ref()?;
        let borne = span(self.otherwise);
        Some(if self.of.is_empty() {
            format!(
                "what was learned of how long runs are silent is not to be had, and a silence of {borne} is borne of all: {why}"
            )
        } else {
            format!(
                "what was learned of how long runs are silent is lost, and a silence of {borne} is borne of each project and \
                 kind until enough of its runs have ended: {why}; docs/ledger.md says how to begin at the default instead"
            )
        })
    }

    /// Why the evidence is lost, where it is.
    #[must_use]
    pub fn why_lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }
}

impl Serialize for Learned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let because = match self.lost {
            Some(_) => Because::Cap,
            None => Because::Default,
        };
        Shown {
            confidence: CONFIDENCE,
            share: SHARE,
            groups: self
                .of
                .iter()
                .map(|(labels, of)| Group::new(labels, of))
                .collect(),
            otherwise: Otherwise {
                stale_after_s: self.otherwise.as_secs_f64(),
                because: because.word(),
                why: self.lost.as_deref(),
            },
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    confidence: f64,
    share: f64,
    groups: Vec<Group<'a>>,
    otherwise: Otherwise<'a>,
}

#[derive(Serialize)]
struct Otherwise<'a> {
    stale_after_s: f64,
    because: &'static str,
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct Group<'a> {
    project: Option<&'a str>,
    kind: Option<&'a str>,
    stale_after_s: f64,
    because: &'static str,
    n: u32,
    missing: u32,
    refused: u32,
    overlapping: u32,
    reaps: u32,
    living: u32,
    k: u32,
    bound_s: Option<f64>,
    bound_without_living_s: Option<f64>,
    bound_with_reaps_s: Option<f64>,
    bound_with_reaps: &'static str,
}

impl<'a> Group<'a> {
    fn new(labels: &'a Labels, of: &Threshold) -> Self {
        let found = &of.bound;
        let (with_reaps, word) = match found.with_reaps {
            WithReaps::TooFew => (None, "too_few"),
            WithReaps::Is(bound) => (Some(bound), "exists"),
            WithReaps::DoesNotExist => (None, "does_not_exist"),
        };
        let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
        Self {
            project: labels.project.as_deref(),
            kind: labels.kind.as_deref(),
            stale_after_s: of.stale_after.as_secs_f64(),
            because: of.because.word(),
            n: found.n,
            missing: found.missing,
            refused: found.refused,
            overlapping: found.overlapping,
            reaps: found.reaps,
            living: found.living,
            k: found.k,
            bound_s: seconds(found.bound),
            bound_without_living_s: seconds(found.without_living),
            bound_with_reaps_s: seconds(with_reaps),
            bound_with_reaps: word,
        }
    }
}
