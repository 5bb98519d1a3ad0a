use super::column::{Column, Holds, Needed, Role};
use crate::Choices;
use crate::name::name;

use Holds::{
    ActiveRun, Anything, EventId, EventType, Flag, Held, Kind, Payload, Project, RunId, RunStatus, TaskId,
    TaskStatus, Time,
};
use Needed::{Always, Mostly, Rarely};

/// A table's name, whether it has to be there, its columns, and those that only an odd queue has.
pub(super) type Spec = (&'static str, Needed, &'static [Role], &'static [Role]);

const HELD: &[&str] = &[
    "assigned_slot",
    "slot",
    "assigned_worker",
    "worker_id",
    "claimed_by",
    "workspace",
    "workspace_id",
    "workspace_path",
    "worktree_path",
    "lease_owner",
    "lease_expires_at",
    "locked_by",
    "locked_at",
];
const EXTRA: &[&str] = &[
    "title", "rowid", "_rowid_", "oid", "a\"b", "{t.key}", "--", "'", "select", "x\ny", "", "é", "status ",
    "t", "r", "priority",
];
const HEARTBEAT: &[&str] = &["last_heartbeat", "last_heartbeat_at", "heartbeat_at"];

const SECOND_HEARTBEAT: &[&str] = &["heartbeat", "last_seen_at"];
const LEASE: &[&str] = &["lease_until", "locked_until"];

/// What a conflict clause makes of a row that is in the way of another.
const CONFLICT: [&str; 5] = [
    "",
    " ON CONFLICT REPLACE",
    " ON CONFLICT IGNORE",
    " ON CONFLICT ROLLBACK",
    " ON CONFLICT FAIL",
];

pub(super) const TASKS: Spec = (
    "tasks",
    Always,
    &[
        Role(&["id", "task_id"], TaskId, Always),
        Role(&["status", "state"], TaskStatus, Always),
        Role(&["active_run_id", "current_run_id", "run_id"], ActiveRun, Always),
        Role(&["project_id", "project", "project_name"], Project, Mostly),
        Role(&["task_type", "type", "kind"], Kind, Mostly),
        Role(&["is_recurring"], Flag, Rarely),
        Role(HEARTBEAT, Time, Mostly),
        Role(&["started_at", "claimed_at"], Time, Mostly),
        Role(&["updated_at"], Time, Mostly),
        Role(&["next_eligible_at", "next_run_at"], Time, Mostly),
        Role(HELD, Held, Mostly),
        Role(HELD, Held, Rarely),
        Role(HELD, Held, Rarely),
        Role(EXTRA, Anything, Mostly),
        Role(EXTRA, Anything, Rarely),
        Role(EXTRA, Anything, Rarely),
    ],
    &[Role(SECOND_HEARTBEAT, Time, Rarely), Role(LEASE, Time, Rarely)],
);
pub(super) const RUNS: Spec = (
    "task_runs",
    Always,
    &[
        Role(&["id", "run_id"], RunId, Always),
        Role(&["task_id"], TaskId, Always),
        Role(&["status", "state"], RunStatus, Always),
        Role(HEARTBEAT, Time, Mostly),
        Role(&["started_at", "created_at"], Time, Mostly),
        Role(&["completed_at", "finished_at", "ended_at"], Time, Mostly),
        Role(EXTRA, Anything, Rarely),
        Role(EXTRA, Anything, Rarely),
    ],
    &[
        Role(SECOND_HEARTBEAT, Time, Rarely),
        Role(LEASE, Time, Rarely),
        Role(&["inserted_at"], Time, Rarely),
    ],
);
pub(super) const EVENTS: Spec = (
    "task_events",
    Always,
    &[
        Role(&["id", "event_id", "uuid"], EventId, Mostly),
        Role(&["task_id"], TaskId, Always),
        Role(&["event_type", "type", "event"], EventType, Always),
        Role(&["actor", "created_by"], Anything, Mostly),
        Role(&["payload", "details", "data", "metadata"], Payload, Mostly),
        Role(&["created_at", "timestamp", "occurred_at"], Time, Mostly),
        Role(&["run_id"], RunId, Rarely),
        Role(EXTRA, Anything, Rarely),
    ],
    &[],
);
pub(super) const WORKSPACES: Spec = (
    "workspaces",
    Mostly,
    &[
        Role(&["id", "path"], Anything, Mostly),
        Role(&["task_id"], TaskId, Mostly),
        Role(&["run_id"], RunId, Mostly),
        Role(&["status"], Anything, Mostly),
        Role(&["released_at"], Time, Mostly),
        Role(EXTRA, Anything, Rarely),
    ],
    &[],
);
pub(super) const PROJECTS: Spec = (
    "projects",
    Mostly,
    &[Role(&["id"], Project, Mostly), Role(&["name"], Project, Mostly)],
    &[],
);

#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub is_there: bool,
    pub is_strict: bool,
    pub(super) sql: String,
    pub(super) is_yielding: bool,
}

impl Table {
    /// Out of decisions about the ordinary, and more about the odd.
    pub(super) fn new(
        (table, needed, roles, odd_roles): Spec,
        schema: &mut Choices<'_>,
        odd: &mut Choices<'_>,
    ) -> Self {
        let [naming, key, options] = [(); 3].map(|()| schema.byte());
        let is_strict = options % 8 >= 6;
        let mut columns: Vec<Column> = Vec::new();
        let ordinary = roles.iter().map(|role| Column::new(role, is_strict, schema));
        let ordinary: Vec<_> = ordinary.collect();
        let odd_columns = odd_roles.iter().map(|role| Column::new(role, is_strict, odd));
        for column in ordinary.into_iter().chain(odd_columns) {
            let Some(column) = column else { continue };
            if !columns
                .iter()
                .any(|known| known.name.eq_ignore_ascii_case(&column.name))
            {
                columns.push(column);
            }
        }
        // A key of anything but an id of its own may stand in the way of a row, or of a change to one; and so may the
        // default of an event's.
        let is_own_id = |column: &Column| match column.holds {
            Holds::EventId => column.default.is_none(),
            _ => table != EVENTS.0,
        };
        let has_own_key = key % 8 < 6 && columns.first().is_some_and(is_own_id);
        let conflict = odd.pick(&CONFLICT);
        for column in columns.iter_mut().filter(|column| column.constraint == "UNIQUE") {
            column.constraint += conflict;
        }
        let key = key_of(&columns, key).map(|key| key + conflict);
        let without_rowid = matches!(options % 8, 5 | 7) && key.is_some();
        let mut options = Vec::new();
        if is_strict {
            options.push("STRICT");
        }
        if without_rowid {
            options.push("WITHOUT ROWID");
        }
        let is_there = (needed == Always || naming < 192) && !columns.is_empty();
        let mut parts: Vec<_> = columns.iter().map(Column::sql).collect();
        parts.extend(key);
        let table = if naming % 16 == 15 {
            table.to_uppercase()
        } else {
            table.to_owned()
        };
        Self {
            sql: format!(
                "CREATE TABLE main.{} ({}) {}",
                name(&table),
                parts.join(", "),
                options.join(", ")
            ),
            is_yielding: !is_there || has_own_key && columns.iter().all(|column| column.is_yielding),
            name: table,
            columns,
            is_there,
            is_strict,
        }
    }

    pub(super) fn quoted_name(&self) -> String {
        name(&self.name)
    }

    /// Its name, so that no temporary table is meant.
    pub(super) fn qualified_name(&self) -> String {
        format!("main.{}", name(&self.name))
    }

    pub fn column(&self, holds: Holds) -> Option<&Column> {
        self.columns.iter().find(|column| column.holds == holds)
    }

    /// The column that holds this, as SQL.
    pub(super) fn quoted(&self, holds: Holds) -> String {
        self.column(holds)
            .map_or_else(|| "NULL".to_owned(), |column| name(&column.name))
    }

    /// The columns that may be written.
    pub fn written(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.generated)
    }

    pub(super) fn insert(&self) -> String {
        let columns: Vec<_> = self.written().map(|column| name(&column.name)).collect();
        let values = vec!["?"; columns.len()];
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.qualified_name(),
            columns.join(", "),
            values.join(", ")
        )
    }
}

/// The table's key: the first column's unless the decision says otherwise.
fn key_of(columns: &[Column], decision: u8) -> Option<String> {
    let place = usize::from(decision / 8);
    let other = columns
        .get(place % columns.len().max(1))
        .filter(|column| !column.generated);
    let first = columns
        .first()
        .filter(|column| !column.generated)
        .map(|column| name(&column.name))?;
    let other = other.map(|column| name(&column.name));
    match decision % 8 {
        0..4 => Some(format!("PRIMARY KEY ({first})")),
        4 => None,
        5 => Some(format!("UNIQUE ({first})")),
        6 => other
            .filter(|other| *other != first)
            .map(|other| format!("PRIMARY KEY ({first}, {other})")),
        _ => other.map(|other| format!("PRIMARY KEY ({other})")),
    }
}
