//! All that a profile can say, section by section, as TOML has it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::open_words::OpenWords;
use crate::zombie::{TimeZone, TimeZoneError};

/// Everything a profile says. Read from a file each key is optional; merged with the built-in one, each is there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Names {
    /// A line on what it is for, which `build.rs` lists of those that ship.
    pub(crate) about: Option<String>,
    pub(crate) database: Database,
    pub(crate) tasks: Tasks,
    pub(crate) runs: Runs,
    pub(crate) workers: Workers,
    pub(crate) events: Events,
    pub(crate) workspaces: Workspaces,
    pub(crate) projects: Projects,
    pub(crate) hints: Hints,
}

/// The names that a column may have; none: the role is not there.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a column name, or a list of them")]
pub(crate) enum Candidates {
    One(String),
    Any(Vec<String>),
}

impl Candidates {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Any(names) => names,
        }
    }
}

impl Default for Candidates {
    fn default() -> Self {
        Self::Any(Vec::new())
    }
}

/// How a lease is written: as a moment in one of these columns, or as a length from a start on.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a column name, a list of them, or a table with start and seconds"
)]
pub(crate) enum LeaseColumns {
    // First, as a list of two would be read as the two of a span.
    Moments(Candidates),
    Span(LeaseSpan),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaseSpan {
    /// The column of the moment from which it counts.
    pub(crate) start: String,
    /// The column of its length, in seconds.
    pub(crate) seconds: String,
}

impl Default for LeaseColumns {
    fn default() -> Self {
        Self::Moments(Candidates::default())
    }
}

/// The words that mean the same.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a word, or a list of them")]
pub(crate) enum WordList {
    One(String),
    Several(Vec<String>),
}

impl WordList {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Several(words) => words,
        }
    }
}

impl Default for WordList {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

/// A time zone as TOML has it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Zone(pub(crate) TimeZone);

impl TryFrom<String> for Zone {
    type Error = TimeZoneError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

/// A value that a reap writes.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text, a number or a boolean")]
pub(crate) enum Constant {
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
}

/// Columns that a reap sets to a constant.
pub(crate) type Constants = BTreeMap<String, Constant>;

macro_rules! section {
    ($name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct $name { $(pub(crate) $field: $type),* }
    };
}

section!(Database {
    foreign_keys: bool,
    time_zone: Zone,
    network_file_systems: Vec<String>
});
// In each section but the first, an empty `table` says that there is none. Where `running_where` is given, it tells what runs, and no word
// does. A reap empties the columns of `clear`, sets those of `stamp`
// to now and adds one to those of `increment`.
section!(Tasks {
    table: String,
    columns: TaskColumns,
    words: TaskWords,
    running_where: Option<String>,
    r#where: Option<String>,
    clear: Vec<String>,
    stamp: Vec<String>,
    increment: Vec<String>,
    set: Constants,
});
section!(TaskColumns {
    id: Candidates,
    status: Candidates,
    active_run: Candidates,
    worker: Candidates,
    project: Candidates,
    project_id: Candidates,
    kind: Candidates,
    is_recurring: Candidates,
    heartbeat: Candidates,
    started: Candidates,
    updated: Candidates,
    ended: Candidates,
    lease: LeaseColumns,
    next_eligible: Candidates,
});
section!(TaskWords {
    running: WordList,
    open: OpenWords,
    parked: String,
    completed: WordList,
    failed: WordList,
    recurring: String
});
section!(Runs {
    table: String,
    columns: RunColumns,
    words: RunWords,
    running_where: Option<String>,
    clear: Vec<String>,
    set: Constants,
});
section!(RunColumns {
    id: Candidates,
    task: Candidates,
    status: Candidates,
    heartbeat: Candidates,
    started: Candidates,
    created: Candidates,
    ended: Candidates,
    lease: LeaseColumns,
    worker: Candidates,
});
section!(RunWords {
    running: WordList,
    finished: WordList,
    completed: WordList,
    abandoned: String
});
section!(Workers {
    table: String,
    columns: WorkerColumns,
    words: WorkerWords
});
section!(WorkerColumns {
    id: Candidates,
    heartbeat: Candidates,
    started: Candidates,
    status: Candidates,
    lease: LeaseColumns,
});
section!(WorkerWords { gone: WordList });
section!(Events {
    table: String,
    columns: EventColumns,
    words: EventWords,
    set: Constants
});
section!(EventColumns {
    id: Candidates,
    task: Candidates,
    r#type: Candidates,
    actor: Candidates,
    payload: Candidates,
    time: Candidates,
    run: Candidates,
});
section!(EventWords {
    reaped: String,
    parked: String,
    unparked: String
});
section!(Workspaces {
    table: String,
    columns: WorkspaceColumns,
    words: WorkspaceWords
});
section!(WorkspaceColumns {
    task: Candidates,
    run: Candidates,
    status: Candidates,
    released: Candidates
});
section!(WorkspaceWords { free: String });
section!(Projects {
    table: String,
    columns: ProjectColumns
});
section!(ProjectColumns {
    id: Candidates,
    name: Candidates
});
// How a name begins, or a word in it, that sounds like a role.
section!(Hints {
    heartbeat: Vec<String>,
    holder: Vec<String>,
    exclusive: Vec<String>
});
