use std::borrow::Cow;

use serde::Serialize;

use super::{Evidence, HeldWorkspace, Id, Policy, RunRow, RunState, Suspect, Timestamp, Undecided, Verdict};

/// What a sweep is going to do, before it does any of it.
#[derive(Debug, Default)]
pub struct Plan {
    /// The tasks to reap.
    pub zombies: Vec<Zombie>,
    /// The suspects found alive.
    pub healthy: usize,
    /// The tasks that nothing tells dead from alive.
    pub undecided: Vec<UndecidedTask>,
}

/// A task to reap, why, and what it holds.
#[derive(Debug)]
pub struct Zombie {
    /// The task and its runs, as found.
    pub suspect: Suspect,
    /// Why it is to be reaped.
    pub evidence: Evidence,
    /// The workspaces that it or one of its runs holds.
    pub workspaces: Vec<HeldWorkspace>,
}

impl Zombie {
    /// The runs to abandon: every unfinished run of the task. A finished run is history.
    pub fn unfinished_runs(&self) -> impl Iterator<Item = &RunRow> {
        let active = self
            .active_run()
            .filter(|row| row.run.state == RunState::Unfinished);
        active.into_iter().chain(&self.suspect.others)
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
    /// What is missing.
    pub why: Cow<'static, str>,
}

impl Plan {
    /// Judges one suspect and files it.
    pub fn add(&mut self, suspect: Suspect, policy: &Policy, now: Timestamp) {
        let verdict = if suspect.id == Id::Null {
            Verdict::Undecided(Undecided::TaskHasNoId)
        } else {
            suspect.verdict(policy, now)
        };
        tracing::debug!(task_id = %suspect.id, run_id = %suspect.active_run_id, verdict = %verdict, "judged");
        match verdict {
            Verdict::Healthy => self.healthy += 1,
            Verdict::Zombie(evidence) => self.zombies.push(Zombie {
                suspect,
                evidence,
                workspaces: Vec::new(),
            }),
            Verdict::Undecided(why) => {
                self.undecided.push(UndecidedTask {
                    task_id: suspect.id.to_string(),
                    why: why.into(),
                });
            }
        }
    }
}
