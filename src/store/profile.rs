use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

const BUILT_IN: &str = include_str!("orchestra.toml");
/// The same, made by `build.rs`.
const BUILT_IN_JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/orchestra.json"));

/// The names and words of a queue: tables, columns, statuses, the event type. Data, not code.
///
/// [`Profile::default`] is the built-in one, for Orchestra; [`Profile::from_toml`] overrides any key of it and
/// inherits the rest.
#[derive(Clone, Debug)]
pub struct Profile {
    pub(super) names: Arc<Names>,
    /// The keys that a file set itself, such as `tasks.columns.heartbeat`. What they name must exist.
    asked: BTreeSet<String>,
}

/// A profile that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// It is not TOML, or has a key or a value that no profile has. The text shows the line.
    #[error("{0}")]
    Toml(toml::de::Error),
    /// Two words that must differ are the same: a reap would leave what it found, or take the living for dead.
    #[error("{0} and {1} must differ")]
    Same(&'static str, &'static str),
    /// A name or word is empty or holds a NUL character.
    #[error("{key}: expected a name or a word, found {found:?}")]
    Word {
        /// Where it stands.
        key: String,
        /// What stands there.
        found: String,
    },
}

impl Profile {
    /// Reads a profile in TOML on top of the built-in one.
    ///
    /// # Errors
    ///
    /// Where the text is not TOML, has a key that no profile has, or a value of the wrong kind.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        // Read on its own first: only so do errors point at the line and the key in the file.
        toml::from_str::<Names>(text).map_err(ProfileError::Toml)?;
        let over: toml::Table = toml::from_str(text).map_err(ProfileError::Toml)?;
        let mut asked = BTreeSet::new();
        leaves(&over, "", &mut |key, value| {
            check_words(key, value)?;
            asked.insert(key.to_owned());
            Ok(())
        })?;
        let mut merged: toml::Table = toml::from_str(BUILT_IN).map_err(ProfileError::Toml)?;
        overlay(&mut merged, over);
        let names: Names = merged.try_into().map_err(ProfileError::Toml)?;
        names.check_words_differ()?;
        Ok(Self {
            names: Arc::new(names),
            asked,
        })
    }

    /// Whether a file asked for this key, so that what it names has to exist.
    pub(super) fn asks_for(&self, key: &str) -> bool {
        self.asked.contains(key)
    }

    /// Whether connections that we open enforce foreign keys.
    pub(super) fn foreign_keys(&self) -> bool {
        self.names.database.foreign_keys
    }
}

impl Default for Profile {
    fn default() -> Self {
        #[expect(
            clippy::expect_used,
            reason = "the text is part of the program, and a test reads it"
        )]
        static NAMES: LazyLock<Arc<Names>> = LazyLock::new(|| {
            Arc::new(serde_json::from_str(BUILT_IN_JSON).expect("the built-in profile is valid"))
        });
        Self {
            names: Arc::clone(&NAMES),
            asked: BTreeSet::new(),
        }
    }
}

/// Everything a profile says. Read from a file each key is optional; merged with the built-in one, each is there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Names {
    pub(super) database: Database,
    pub(super) tasks: Tasks,
    pub(super) runs: Runs,
    pub(super) events: Events,
    pub(super) workspaces: Workspaces,
    pub(super) projects: Projects,
}

impl Names {
    fn check_words_differ(&self) -> Result<(), ProfileError> {
        let (tasks, runs) = (&self.tasks.words, &self.runs.words);
        if tasks.open == tasks.running {
            return Err(ProfileError::Same("tasks.words.open", "tasks.words.running"));
        }
        if runs.abandoned == runs.running {
            return Err(ProfileError::Same("runs.words.abandoned", "runs.words.running"));
        }
        if runs.finished.contains(&runs.running) {
            return Err(ProfileError::Same(
                "each of runs.words.finished",
                "runs.words.running",
            ));
        }
        Ok(())
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Database {
    foreign_keys: bool,
}

/// The names that a column may have, the first that the table has is taken; none: the role is not there.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a column name, or a list of them")]
pub(super) enum Candidates {
    One(String),
    Any(Vec<String>),
}

impl Candidates {
    pub(super) fn as_slice(&self) -> &[String] {
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

/// A value that a reap writes.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text, a number or a boolean")]
pub(super) enum Constant {
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
}

macro_rules! section {
    ($name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(super) struct $name { $(pub(super) $field: $type),* }
    };
}

/// Columns that a reap sets to a constant.
pub(super) type Constants = BTreeMap<String, Constant>;

// In each section, an empty `table` says that there is none, and `clear` names the columns that a reap empties.
section!(Tasks {
    table: String,
    columns: TaskColumns,
    words: TaskWords,
    clear: Vec<String>,
    set: Constants,
});
section!(TaskColumns {
    id: Candidates,
    status: Candidates,
    active_run: Candidates,
    project: Candidates,
    project_id: Candidates,
    kind: Candidates,
    is_recurring: Candidates,
    heartbeat: Candidates,
    started: Candidates,
    updated: Candidates,
    next_eligible: Candidates,
});
section!(TaskWords {
    running: String,
    open: String,
    recurring: String
});
section!(Runs { table: String, columns: RunColumns, words: RunWords, clear: Vec<String>, set: Constants });
section!(RunColumns {
    id: Candidates,
    task: Candidates,
    status: Candidates,
    heartbeat: Candidates,
    started: Candidates,
    ended: Candidates,
});
section!(RunWords { running: String, finished: Vec<String>, abandoned: String });
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
section!(EventWords { reaped: String });
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

fn overlay(base: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(base)), toml::Value::Table(over)) => overlay(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn leaves(
    table: &toml::Table,
    path: &str,
    visit: &mut impl FnMut(&str, &toml::Value) -> Result<(), ProfileError>,
) -> Result<(), ProfileError> {
    for (key, value) in table {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        match value {
            toml::Value::Table(inner) => leaves(inner, &path, visit)?,
            value => visit(&path, value)?,
        }
    }
    Ok(())
}

/// A word that is empty, or that SQLite would cut short at its NUL, would match what nobody meant.
fn check_words(key: &str, value: &toml::Value) -> Result<(), ProfileError> {
    let may_be_empty = key.contains(".set.") || key.rsplit('.').next() == Some("table");
    match value {
        toml::Value::String(text) if text.contains('\0') || (text.trim().is_empty() && !may_be_empty) => {
            Err(ProfileError::Word {
                key: key.to_owned(),
                found: text.clone(),
            })
        }
        toml::Value::Array(items) => items.iter().try_for_each(|item| check_words(key, item)),
        _ => Ok(()),
    }
}
