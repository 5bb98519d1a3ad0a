//! The shapes of queue that the stories are told of. What the actors do is the same in each; a shape says what there is to
//! write it to, and which of it the sweeper is told.

use std::sync::LazyLock;

use zombie_sweeper::Profile;

use super::clock::{Cell, Stamp};
use super::dice::Dice;
use super::truth::Task;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Tasks that name their runs, events, workspaces.
    Orchestra,
    /// One table: the task row is its own run, and beats. No events.
    Row,
    /// One table with leases alone.
    Leases,
    /// Runs, and tasks that name none.
    NoPointer,
    /// One table, whose workers alone beat, in rows of their own. No events.
    Workers,
    /// Runs that no task names, of workers that beat in rows of their own beside them. No events.
    WorkersOfRuns,
}

impl Shape {
    pub(super) const ALL: [Self; 6] = [
        Self::Orchestra,
        Self::Row,
        Self::Leases,
        Self::NoPointer,
        Self::Workers,
        Self::WorkersOfRuns,
    ];

    /// Every other story is one of Orchestra.
    pub(super) fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x5BA7E);
        let others = &Self::ALL[1..];
        if seed.is_multiple_of(2) {
            Self::Orchestra
        } else {
            others[dice.below(others.len())]
        }
    }

    pub(super) fn has_runs(self) -> bool {
        matches!(self, Self::Orchestra | Self::NoPointer | Self::WorkersOfRuns)
    }

    /// Whether tasks name their active run. Elsewhere the same column is the workers' own mark of a claim, of which the
    /// sweeper knows no more than that it is to be cleared.
    pub(super) fn has_pointer(self) -> bool {
        self == Self::Orchestra
    }

    pub(super) fn has_events(self) -> bool {
        matches!(self, Self::Orchestra | Self::Leases | Self::NoPointer)
    }

    pub(super) fn has_workers(self) -> bool {
        matches!(self, Self::Workers | Self::WorkersOfRuns)
    }

    /// Whether the task row says when it was claimed, and beats.
    fn is_told_by_its_row(self) -> bool {
        !matches!(self, Self::Leases | Self::Workers)
    }

    /// What makes an empty queue of Orchestra one of this shape.
    pub(super) fn sql(self) -> String {
        let mut sql = String::new();
        if !self.has_runs() {
            sql += "DROP TABLE task_runs; DROP TABLE workspaces;";
        }
        if !self.has_events() {
            sql += "DROP TABLE task_events;";
        }
        if self.has_workers() {
            sql += "CREATE TABLE workers (name TEXT PRIMARY KEY, beat_at TEXT NOT NULL, started_at TEXT NOT NULL, \
                    state TEXT NOT NULL);";
        }
        sql
    }

    pub(super) fn profile(self) -> Option<&'static Profile> {
        static PROFILES: LazyLock<Vec<Option<Profile>>> = LazyLock::new(|| {
            let toml = Shape::ALL.map(|shape| (shape != Shape::Orchestra).then(|| shape.toml()));
            let profile = |toml: String| Profile::from_toml(&toml).unwrap();
            toml.into_iter().map(|toml| toml.map(profile)).collect()
        });
        let place = Self::ALL.iter().position(|shape| *shape == self).unwrap();
        PROFILES[place].as_ref()
    }

    fn toml(self) -> String {
        let mut toml = String::new();
        if !self.has_runs() {
            toml += "runs.table = ''\nworkspaces.table = ''\n";
        }
        if !self.has_events() {
            toml += "events.table = ''\n";
        }
        toml += "[tasks]\nclear = ['active_run_id', 'assigned_slot', 'assigned_worker', 'workspace_path']\n";
        toml += match self {
            Self::Workers => "stamp = ['updated_at']\n",
            _ => "",
        };
        toml += "[tasks.columns]\n";
        if self.has_runs() {
            toml += "active_run = []\n";
        }
        if !self.is_told_by_its_row() {
            toml += "heartbeat = []\nstarted = []\nended = []\n";
        }
        if self == Self::Workers {
            toml += "updated = []\n";
        }
        if self.has_workers() {
            toml += "worker = 'assigned_worker'\n[workers]\ntable = 'workers'\n[workers.columns]\nid = 'name'\n\
                     heartbeat = 'beat_at'\nstarted = 'started_at'\nstatus = 'state'\n[workers.words]\ngone = ['left']\n";
        }
        toml
    }

    /// Of a task, what the sweeper is told.
    pub(super) fn told(self, task: &Task) -> Told {
        let is_told = self.is_told_by_its_row();
        let told = |cell: Cell| if is_told { cell } else { Cell::Nothing };
        Told {
            heartbeats: [task.last_heartbeat.into(), task.heartbeat_at].map(told).to_vec(),
            start: told(task.started_at),
            update: (self != Self::Workers).then_some(task.updated_at),
            end: task.completed_at.filter(|_| is_told && !self.has_runs()),
            lease: task.lease_expires_at,
        }
    }
}

/// What a task row says.
pub(super) struct Told {
    pub(super) heartbeats: Vec<Cell>,
    pub(super) start: Cell,
    pub(super) update: Option<Stamp>,
    /// Where the task is its own run.
    pub(super) end: Option<Stamp>,
    pub(super) lease: Cell,
}
