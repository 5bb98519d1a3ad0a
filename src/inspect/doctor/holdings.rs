//! Who holds what: runs that nobody points to, slots and workspaces that two hold, or that nobody at work does.

use std::collections::BTreeMap;

use super::census::Census;
use super::finding::{Code, Finding, Rows, Severity};
use crate::store::{OpenRun, Workspace};
use crate::zombie::Id;

/// Open runs that are not the active one of a task at work.
#[derive(Default)]
pub(super) struct OpenRuns {
    idle: Rows,
    unnamed: Rows,
    strays: Rows,
}

impl OpenRuns {
    /// A run that has just begun may come before its task says so, and one that is over may end after it.
    pub(super) fn see(&mut self, open: &OpenRun, census: &Census) {
        let (run, now, policy) = (&open.row.run, census.now, &census.policy);
        let is_young = |at| !now.is_later_by(policy.claim_grace(), at);
        let start = run.start().newest.map(|start| start.at);
        if start.is_some_and(is_young) || open.task_changed.is_some_and(is_young) {
            return;
        }
        let beat = run.heartbeat.newest.map(|beat| beat.at);
        let is_beating = beat.is_some_and(|beat| !now.is_later_by(policy.stale_after, beat));
        let name = format!("{} (of task {})", run.id, open.task);
        if is_beating && open.task_changed.is_some() {
            self.strays.see(name);
        } else if is_beating && start.is_none() {
            // It may have begun just now.
        } else if open.has_task_at_work {
            self.unnamed.see(name);
        } else {
            self.idle.see(name);
        }
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        let found = |rows: &Rows, code, what: &str, advice: &str| {
            let seen = format!("runs {what} ({}): {rows}", rows.count);
            (!rows.is_empty()).then(|| Finding::new(code, seen, advice).of(rows))
        };
        let strays = found(
            &self.strays,
            Code::StrayWorker,
            "still beating, though no task at work names them",
            "a worker goes on with what it has lost: have it check before it writes that its run is still its task's \
             (docs/worker.md), and stop it",
        );
        let unnamed = found(
            &self.unnamed,
            Code::OpenRunUnnamed,
            "said to be at work, though their tasks name others",
            "nothing, where the task is reaped one day, as a reap abandons them; else see who begins runs without ending the last",
        );
        let idle = found(
            &self.idle,
            Code::OpenRunOfIdleTask,
            "said to be at work, though their tasks are not, or are not there",
            "no sweep touches them: see who ends tasks without their runs, and set the runs' status by hand",
        );
        strays.into_iter().chain(unnamed).chain(idle).collect()
    }
}

/// What two tasks at work have at once, by column. Each project may count its own.
pub(super) fn held_twice(census: &Census) -> Vec<Finding> {
    let mut twice: Vec<_> = census
        .holders
        .iter()
        .filter(|(_, held)| held.rows.count > 1)
        .collect();
    twice.sort_by(|a, b| a.0.cmp(b.0));
    let mut by_column: BTreeMap<(bool, &str), Rows> = BTreeMap::new();
    for ((column, value), holders) in twice {
        let values = by_column.entry((holders.share_a_project, column)).or_default();
        values.see(format!("{value} (tasks {})", holders.rows));
    }
    let finding = |((share_a_project, column), values): ((bool, &str), Rows)| {
        let advice = "one of them has lost it, or two work in one place: stop one, and see who hands it out; where several may have it, \
                      say so in [hints] exclusive";
        if share_a_project {
            let seen = format!("{column} held by more than one running task: {values}");
            return Finding::new(Code::HeldTwice, seen, advice).of(&values);
        }
        let seen = format!("{column} held by running tasks of several projects: {values}");
        let advice = format!("nothing, where each project has its own; else {advice}");
        Finding::new(Code::HeldTwice, seen, advice)
            .severity(Severity::Warning)
            .of(&values)
    };
    by_column.into_iter().map(finding).collect()
}

/// What tasks hold that wait, by column.
#[derive(Default)]
pub(super) struct IdleHolders(BTreeMap<String, Rows>);

impl IdleHolders {
    pub(super) fn see(&mut self, task: &Id, column: &str, value: &Id) {
        let rows = match self.0.get_mut(column) {
            Some(rows) => rows,
            None => self.0.entry(column.to_owned()).or_default(),
        };
        rows.see(format!("{task} ({value})"));
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        let finding = |(column, rows): (&String, &Rows)| {
            let seen = format!("{column} still set in tasks that wait ({}): {rows}", rows.count);
            let advice = "where the orchestrator takes it for in use, empty it by hand; see who resets tasks without emptying it";
            Finding::new(Code::HeldByIdleTask, seen, advice).of(rows)
        };
        self.0.iter().map(finding).collect()
    }
}

/// Workspaces in use whose holder is not at work, or of which there are two.
#[derive(Default)]
pub(super) struct Workspaces {
    idle: Rows,
    twice: Rows,
}

impl Workspaces {
    pub(super) fn see(&mut self, workspace: &Workspace) {
        let held = &workspace.held;
        let holder = if held.task.is_none() {
            format!("run {}", held.run)
        } else {
            format!("task {}", held.task)
        };
        let key = &workspace.name;
        match &workspace.also_held_by {
            Some(other) => self
                .twice
                .see(format!("{key} ({holder}, and run {} of task {other})", held.run)),
            None if !workspace.is_at_work => self.idle.see(format!("{key} ({holder})")),
            None => {}
        }
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !self.twice.is_empty() {
            let seen = format!(
                "workspaces named by a task at work and a run of another ({}): {}",
                self.twice.count, self.twice
            );
            let advice = "two may work in one place: see which of them has it, and correct the other";
            findings.push(Finding::new(Code::HeldTwice, seen, advice).of(&self.twice));
        }
        if !self.idle.is_empty() {
            let seen = format!(
                "workspaces in use, and held by nobody at work ({}): {}",
                self.idle.count, self.idle
            );
            let advice =
                "no sweep frees them: see who ends tasks without freeing them, and free them by hand";
            findings.push(Finding::new(Code::WorkspaceOfIdleTask, seen, advice).of(&self.idle));
        }
        findings
    }
}

/// Tasks that name a run of another task.
pub(super) fn strangers(strangers: &[(Id, Id, Id)]) -> Option<Finding> {
    let mut rows = Rows::default();
    for (task, run, owner) in strangers {
        rows.see(format!("{task} (run {run} of task {owner})"));
    }
    let seen = format!(
        "running tasks that name a run of another ({}): {rows}",
        rows.count
    );
    let advice = "each is judged as a claim; see who writes the pointer, or restored half a backup";
    (!rows.is_empty()).then(|| Finding::new(Code::RunOfAnother, seen, advice).of(&rows))
}
