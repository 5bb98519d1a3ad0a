use std::collections::BTreeMap;

use super::clock::{Cell, Stamp};

/// What the database must hold, row by row: what the actors committed, and what the contract says a sweep does.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Truth {
    pub(super) tasks: BTreeMap<String, Task>,
    pub(super) runs: BTreeMap<String, Run>,
    pub(super) workspaces: BTreeMap<String, Workspace>,
    pub(super) workers: BTreeMap<String, WorkerRow>,
    pub(super) events: Vec<Event>,
}

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "the column's names")]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) project_id: String,
    pub(super) title: String,
    pub(super) status: String,
    pub(super) task_type: String,
    pub(super) frequency: String,
    pub(super) priority: i64,
    pub(super) active_run_id: String,
    pub(super) assigned_slot: String,
    pub(super) assigned_worker: String,
    pub(super) workspace_path: String,
    pub(super) lease_expires_at: Cell,
    pub(super) last_heartbeat: Option<Stamp>,
    /// A second column of heartbeats, of workers of another make.
    pub(super) heartbeat_at: Cell,
    pub(super) next_eligible_at: Option<Stamp>,
    pub(super) created_at: Stamp,
    pub(super) started_at: Cell,
    pub(super) updated_at: Stamp,
    pub(super) completed_at: Option<Stamp>,
    /// What the work came to: the id of the run that did it.
    pub(super) result: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// In the order of the rows.
    pub(super) place: i64,
    pub(super) id: String,
    pub(super) task_id: String,
    pub(super) status: String,
    pub(super) worker_id: String,
    pub(super) slot: String,
    pub(super) started_at: Cell,
    pub(super) last_heartbeat: Option<Stamp>,
    pub(super) heartbeat_at: Cell,
    pub(super) lease_expires_at: Cell,
    pub(super) completed_at: Option<Stamp>,
    pub(super) error: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Workspace {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) slot: String,
    pub(super) task_id: Option<String>,
    pub(super) run_id: Option<String>,
    pub(super) status: String,
    pub(super) leased_at: Option<Stamp>,
    pub(super) released_at: Option<Stamp>,
}

/// A process, where the queue keeps a row of each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WorkerRow {
    pub(super) name: String,
    pub(super) beat_at: Stamp,
    /// When this life of it began.
    pub(super) started_at: Stamp,
    pub(super) state: String,
}

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "the column's names")]
pub(super) struct Event {
    pub(super) id: i64,
    pub(super) task_id: String,
    pub(super) event_type: String,
    pub(super) actor: String,
    pub(super) payload: String,
    pub(super) created_at: Stamp,
}

/// A row as a transaction leaves it.
#[derive(Clone, Debug)]
pub(super) enum Row {
    Task(Task),
    Run(Run),
    Workspace(Workspace),
    Worker(WorkerRow),
    /// The row of the worker of this name is gone.
    NoWorker(String),
    Event(Event),
}

impl Task {
    pub(super) fn is_running(&self) -> bool {
        self.status == "running"
    }

    pub(super) fn is_recurring(&self) -> bool {
        self.task_type == "recurring"
    }

    pub(super) fn holds_nothing(&self) -> bool {
        let held = [
            &self.active_run_id,
            &self.assigned_slot,
            &self.assigned_worker,
            &self.workspace_path,
        ];
        held.iter().all(|held| held.is_empty()) && self.lease_expires_at == Cell::Nothing
    }

    pub(super) fn let_go(&mut self) {
        self.active_run_id.clear();
        self.assigned_slot.clear();
        self.assigned_worker.clear();
        self.workspace_path.clear();
        self.lease_expires_at = Cell::Nothing;
    }
}

impl Run {
    pub(super) fn is_finished(&self) -> bool {
        matches!(
            self.status.as_str(),
            "completed" | "failed" | "aborted" | "abandoned"
        )
    }

    pub(super) fn shows_nothing(&self) -> bool {
        let signs = [self.started_at, self.last_heartbeat.into(), self.heartbeat_at];
        signs.iter().all(|sign| *sign == Cell::Nothing)
    }

    /// Whether a heartbeat of it or its start is this.
    pub(super) fn shows(&self, at: Stamp) -> bool {
        [self.started_at, self.last_heartbeat.into(), self.heartbeat_at].contains(&Cell::At(at))
    }
}

impl Workspace {
    pub(super) fn free(&mut self, now: Stamp) {
        self.task_id = None;
        self.run_id = None;
        "free".clone_into(&mut self.status);
        self.released_at = Some(now);
    }
}

impl Truth {
    pub(super) fn put(&mut self, row: Row) {
        match row {
            Row::Task(row) => drop(self.tasks.insert(row.id.clone(), row)),
            Row::Run(row) => drop(self.runs.insert(row.id.clone(), row)),
            Row::Workspace(row) => drop(self.workspaces.insert(row.id.clone(), row)),
            Row::Worker(row) => drop(self.workers.insert(row.name.clone(), row)),
            Row::NoWorker(name) => drop(self.workers.remove(&name)),
            Row::Event(row) => self.events.push(row),
        }
    }

    pub(super) fn runs_of<'t>(&'t self, task: &'t str) -> impl Iterator<Item = &'t Run> {
        self.runs.values().filter(move |run| run.task_id == task)
    }

    /// Whether a worker may write for this run: it is unfinished, where runs have rows, and the running task's active one.
    pub(super) fn owns(&self, task: &str, run: &str) -> bool {
        let task = &self.tasks[task];
        let is_unfinished = |run: &Run| run.status == "running";
        task.is_running() && task.active_run_id == run && self.runs.get(run).is_none_or(is_unfinished)
    }

    /// The workspaces held by the task, or by one of its runs for no task.
    pub(super) fn workspaces_of(&self, task: &str) -> Vec<Workspace> {
        let run_is_of_task = |run: &String| self.runs.get(run).is_some_and(|run| run.task_id == task);
        let is_held = |workspace: &&Workspace| match &workspace.task_id {
            Some(holder) => holder == task,
            None => workspace.run_id.as_ref().is_some_and(run_is_of_task),
        };
        self.workspaces.values().filter(is_held).cloned().collect()
    }

    pub(super) fn last_event_id(&self) -> i64 {
        self.events.last().map_or(0, |event| event.id)
    }
}
