use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::{
    Beats, Evidence, HeldWorkspace, Id, Learned, Living, Longest, Past, Policy, RunRow, Suspect, Timestamp,
    Undecided, Verdict, age_of, beat_of_suspect, due_of,
};

/// What a sweep is going to do, before it does any of it.
#[derive(Debug)]
pub struct Plan {
    /// The tasks to reap.
    pub zombies: Vec<Zombie>,
    /// The suspects found alive.
    pub healthy: usize,
    /// The tasks that nothing tells dead from alive.
    pub undecided: Vec<UndecidedTask>,
    /// The ages of the suspects found alive, as far as they were asked for.
    pub living: Living,
    /// The newest signs of life of some of them, likewise.
    pub beats: Beats,
    /// Those found alive that have been silent for longest, where they are listed.
    pub longest: Option<Longest>,
    /// The earliest moment at which a suspect found alive may be a zombie, where that is foretold.
    pub next_due: Option<Timestamp>,
    /// Each verdict, where they are kept.
    pub judged: Option<Vec<Judged>>,
    foretells: bool,
    settles: bool,
    policy: Policy,
    learned: Option<Arc<Learned>>,
    now: Timestamp,
    most: usize,
}

/// A verdict, for the log.
#[derive(Debug)]
pub struct Judged {
    /// The task.
    pub task_id: Id,
    /// What it names as its active run.
    pub run_id: Id,
    /// What it is.
    pub verdict: Verdict,
}

/// A task to reap, why, and what it holds.
#[derive(Debug)]
pub struct Zombie {
    /// The task and its runs, as found. Apart, as it is large, and a zombie changes hands a few times.
    pub suspect: Box<Suspect>,
    /// Why it is to be reaped.
    pub evidence: Evidence,
    /// The workspaces that it or one of its runs holds.
    pub workspaces: Vec<HeldWorkspace>,
    /// What it was found among.
    pub share: Share,
    /// Which reap in a row for its own silence it is, from 1 on, where that was looked up.
    pub repeat: Option<usize>,
    /// Whether it is to be parked instead of opened.
    pub is_to_be_parked: bool,
    /// Whether its silence was borne for as long as was learned.
    pub is_learned: bool,
    /// Whether nothing says since when its run is finished, so that a watch has to see it so for as long as it is to settle.
    pub is_unsettled: bool,
}

/// How many of the running tasks that a sweep has seen are zombies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The running tasks.
    pub running: usize,
    /// The zombies among them.
    pub zombies: usize,
}

impl Share {
    /// Whether nothing was counted.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.running == 0
    }

    /// Whether it is more than half of them: then the fleet died, and no single task tells of anything.
    #[must_use]
    pub fn is_a_fleet(self) -> bool {
        self.zombies * 2 > self.running
    }
}

impl Zombie {
    /// One that nothing is known of but the verdict.
    #[must_use]
    pub fn new(suspect: Suspect, evidence: Evidence) -> Self {
        Self {
            suspect: Box::new(suspect),
            evidence,
            workspaces: Vec::new(),
            share: Share::default(),
            repeat: None,
            is_to_be_parked: false,
            is_learned: false,
            is_unsettled: false,
        }
    }

    /// Sees which reap in a row for its own silence it is, of those after this moment, and whether it is to be parked with it.
    pub fn see_past(&mut self, past: &Past, after: Timestamp, park_after: Option<NonZeroUsize>) {
        let reaps = past.silent_reaps(after) + 1;
        self.repeat = Some(reaps);
        self.is_to_be_parked = park_after.is_some_and(|most| reaps >= most.get());
    }

    /// The runs to abandon: the active one, unless its status is history, and every other that is said to be running.
    pub fn runs_to_abandon(&self) -> impl Iterator<Item = &RunRow> {
        let active = self.active_run().filter(|row| !row.run.keeps_its_status(true));
        let others = self.suspect.others.iter();
        active
            .into_iter()
            .chain(others.filter(|row| !row.run.keeps_its_status(false)))
    }

    /// The task's active run, where it has one of its own.
    pub fn active_run(&self) -> Option<&RunRow> {
        self.suspect.active.own()
    }
}

/// A task that is left alone because nothing tells dead from alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UndecidedTask {
    /// The task's id.
    pub task_id: String,
    /// Whether that is only the word for none: there is nothing to ask about it by.
    #[serde(skip)]
    pub has_no_id: bool,
    /// What stands in the way.
    pub why: String,
}

impl Plan {
    /// One that judges by this policy at this moment, and is full with so many zombies.
    #[must_use]
    pub fn new(policy: Policy, now: Timestamp, most: usize) -> Self {
        Self {
            zombies: Vec::new(),
            healthy: 0,
            undecided: Vec::new(),
            living: Living::default(),
            beats: Beats::default(),
            longest: None,
            next_due: None,
            judged: None,
            foretells: false,
            settles: false,
            policy,
            learned: None,
            now,
            most,
        }
    }

    /// The same, but that it bears the silence of each project and kind for as long as was learned.
    #[must_use]
    pub fn bearing(self, learned: Option<Arc<Learned>>) -> Self {
        Self { learned, ..self }
    }

    /// Keeps each verdict, for the log.
    #[must_use]
    pub fn keeping_verdicts(self) -> Self {
        Self {
            judged: Some(Vec::new()),
            ..self
        }
    }

    /// Lists up to so many of those found alive that have been silent for longest.
    #[must_use]
    pub fn listing(self, most: usize) -> Self {
        Self {
            longest: Some(Longest::new(most)),
            ..self
        }
    }

    /// Foretells when those that are alive may be zombies.
    #[must_use]
    pub fn foretelling(self) -> Self {
        Self {
            foretells: true,
            ..self
        }
    }

    /// Takes a finished run for settled that says of no end, and marks it: somebody sees by himself for how long it is so.
    #[must_use]
    pub fn settling(self) -> Self {
        Self {
            settles: true,
            ..self
        }
    }

    /// Judges one suspect and files it; breaks off once the plan is full.
    pub fn add(&mut self, suspect: Suspect) -> ControlFlow<()> {
        let policy = match (&self.learned, &suspect.labels) {
            (Some(learned), Some(labels)) => &self.policy.bearing(learned.of(labels)),
            _ => &self.policy,
        };
        let mut verdict = suspect.verdict(policy, self.now);
        let is_unsettled = self.settles && matches!(verdict, Verdict::Undecided(Undecided::RunHasNoEnd(_)));
        if is_unsettled {
            let settled = Policy {
                settle: Duration::ZERO,
                ..*policy
            };
            verdict = suspect.verdict(&settled, self.now);
        }
        if let Some(judged) = &mut self.judged {
            judged.push(Judged {
                task_id: suspect.id.clone(),
                run_id: suspect.active_run_id.clone(),
                verdict: verdict.clone(),
            });
        }
        match verdict {
            Verdict::Healthy => {
                self.healthy += 1;
                if let Some(longest) = &mut self.longest {
                    longest.see(&suspect, policy, self.now);
                }
                if self.foretells {
                    let due = due_of(&suspect, policy, self.now);
                    self.next_due = [self.next_due, due].into_iter().flatten().min();
                }
                if let Some(labels) = &suspect.labels {
                    let age = age_of(&suspect, policy, self.now);
                    self.living.add(labels, age);
                    if let Some(beat) = beat_of_suspect(&suspect, labels, self.now) {
                        self.beats.add(beat);
                    }
                }
            }
            Verdict::Zombie(evidence) => self.zombies.push(Zombie {
                is_learned: self.learned.is_some(),
                is_unsettled,
                ..Zombie::new(suspect, evidence)
            }),
            Verdict::Undecided(why) => self.undecided.push(UndecidedTask {
                task_id: suspect.id.to_string(),
                has_no_id: suspect.id == Id::Null,
                why: why.to_string(),
            }),
        }
        if self.zombies.len() < self.most {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}
