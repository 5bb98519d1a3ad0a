//! Everything that a queue says of one task, and what a reap would write: what a question about it is answered from.

use serde::Serialize;

use super::{HeldWorkspace, Id, PastReap, RunRow, RunState, Suspect, Timestamp, WrittenSign};

/// A task, whether it runs or not, with all that belongs to it.
#[derive(Clone, Debug)]
pub struct TaskInFull {
    /// The task, its active run and its other unfinished runs.
    pub suspect: Suspect,
    /// Whether a heartbeat is so fresh that nobody would look any closer.
    pub is_plainly_live: bool,
    /// Whether a sweep looks at it.
    pub standing: Standing,
    /// Whether it belongs to the project asked for, whatever it is doing. So does each where none was.
    pub is_in_project: bool,
    /// Its runs, those made last first.
    pub runs: Vec<RunRow>,
    /// Whether there are more of them.
    pub has_more_runs: bool,
    /// Every time that is written of it, of its runs and of their workers.
    pub signs: Vec<WrittenSign>,
    /// The workspaces that it or one of its runs holds, each with what names it.
    pub workspaces: Vec<(Id, HeldWorkspace)>,
    /// Its latest events, of whatever kind.
    pub events: Vec<EventOfTask>,
    /// Its latest reaps.
    pub reaps: Vec<PastReap>,
    /// That a sweep has parked it, where it still is.
    pub parking: Option<Parking>,
}

impl TaskInFull {
    /// The task with the runs too that are history now, and were not at some moment before.
    #[must_use]
    pub fn with_history(&self) -> Suspect {
        let active = self.suspect.active.own().map(|row| &row.key);
        let was_other =
            |row: &&RunRow| Some(&row.key) != active && matches!(row.run.state, RunState::Unknown(_));
        let known = self.suspect.others.iter();
        let known = known.filter(|row| matches!(row.run.state, RunState::Running));
        let others = known.chain(self.runs.iter().filter(was_other));
        Suspect {
            others: others.cloned().collect(),
            ..self.suspect.clone()
        }
    }
}

/// Whether a sweep looks at a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// It does.
    LookedAt,
    /// The task is not running.
    NotRunning,
    /// The profile's condition does not let it through.
    OutsideCondition,
    /// It belongs to another project.
    OutsideProject,
}

/// One event of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventOfTask {
    /// When, where that can be read.
    pub at: Option<Timestamp>,
    /// Of which kind.
    pub kind: String,
    /// In whose name.
    pub actor: Option<String>,
}

/// That a sweep has put a task aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parking {
    /// When, where that can be read.
    pub since: Option<Timestamp>,
    /// After how many reaps in a row for its own silence, where the event says so.
    pub reaps: Option<usize>,
}

/// A row that a reap would write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// Its table.
    pub table: String,
    /// What names it.
    pub id: Id,
    /// Whether it is a new one.
    pub is_new: bool,
    /// The columns that would not hold what they hold now.
    pub columns: Vec<ColumnChange>,
}

/// A column that a reap would write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnChange {
    /// The column.
    pub column: String,
    /// What it holds; nothing in a new row.
    pub before: Option<Id>,
    /// What it would hold.
    pub after: Id,
}
