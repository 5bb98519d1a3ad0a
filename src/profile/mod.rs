//! What a queue calls things: its tables, its columns, its words. Data, and how it is read; it knows no database.

mod error;
mod names;
mod open_words;
mod shape;
mod shipped;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

pub use error::ProfileError;
pub(crate) use names::{Candidates, Constant, Constants, Hints, LeaseColumns, Names};
pub(crate) use open_words::OpenWords;

/// The name of the built-in profile.
const BUILT_IN_NAME: &str = "orchestra";
/// Its text, which all others are laid over.
const BUILT_IN: &str = include_str!("orchestra.toml");
/// The same, made by `build.rs`.
const BUILT_IN_JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/orchestra.json"));

const TASKS_RUNNING: &str = "tasks.words.running";
const RUNS_RUNNING: &str = "runs.words.running";

/// The names and words of a queue: tables, columns, statuses, the event type. Data, not code.
///
/// [`Profile::default`] is the built-in one, for Orchestra, and [`Profile::named`] another that ships;
/// [`Profile::from_toml`] overrides any key of the built-in one and inherits the rest.
#[derive(Clone, Debug)]
pub struct Profile {
    pub(crate) names: Arc<Names>,
    /// The keys that a file set itself, such as `tasks.columns.heartbeat`. What they name must exist.
    asked: BTreeSet<String>,
    name: Cow<'static, str>,
}

impl Profile {
    /// Reads a profile in TOML on top of the built-in one. Its name is `custom`, unless it is [called](Self::called) another.
    ///
    /// # Errors
    ///
    /// Where the text is not TOML, has a key that no profile has, or a value of the wrong kind.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        // Read on its own first: only so do errors point at the line and the key in the file.
        toml::from_str::<Names>(text).map_err(ProfileError::Toml)?;
        let over: toml::Table = toml::from_str(text).map_err(ProfileError::Toml)?;
        let mut asked = BTreeSet::new();
        let mut said = BTreeSet::new();
        leaves(&over, "", &mut |key, value| {
            check_words(key, value)?;
            asked.insert(key.to_owned());
            if !says_none(value) {
                said.insert(key.to_owned());
            }
            Ok(())
        })?;
        let mut merged: toml::Table = toml::from_str(BUILT_IN).map_err(ProfileError::Toml)?;
        overlay(&mut merged, over);
        let mut names: Names = merged.try_into().map_err(ProfileError::Toml)?;
        let built_in = Self::default();
        names.tasks.words.open.inherit(&built_in.names.tasks.words.open);
        names.check_words()?;
        shape::check(&names, &said)?;
        Ok(Self {
            names: Arc::new(names),
            asked,
            name: Cow::Borrowed("custom"),
        })
    }

    /// Gives it another name, for reports to say which one was in force.
    #[must_use]
    pub fn called(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// Its name: that of one that ships, such as `orchestra`, or the one it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a file asked for this key, so that what it names has to exist.
    pub(crate) fn asks_for(&self, key: &str) -> bool {
        let mut behind = self.asked.range(key.to_owned()..);
        behind.next().is_some_and(|asked| {
            let rest = asked.strip_prefix(key);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Whether connections that sweep are to enforce foreign keys, as those of the queue itself do.
    pub fn foreign_keys(&self) -> bool {
        self.names.database.foreign_keys
    }

    /// Whether a file system of this type lies on another machine.
    #[must_use]
    pub fn is_network_file_system(&self, kind: &str) -> bool {
        let known = &self.names.database.network_file_systems;
        known.iter().any(|start| kind.starts_with(start.as_str()))
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
            name: Cow::Borrowed(BUILT_IN_NAME),
        }
    }
}

impl Names {
    /// What a reap writes must not be what it looks for, nor what is over what is at work; and what is parked is nothing else.
    fn check_words(&self) -> Result<(), ProfileError> {
        let (tasks, runs) = (&self.tasks.words, &self.runs.words);
        let (at_work, running) = (tasks.running.as_slice(), runs.running.as_slice());
        for (key, words) in [(TASKS_RUNNING, at_work), (RUNS_RUNNING, running)] {
            if words.is_empty() {
                return Err(ProfileError::NoWord(key));
            }
        }
        differ("tasks.words.open", tasks.open.all(), TASKS_RUNNING, at_work)?;
        let open: Vec<_> = tasks.open.all().cloned().collect();
        for (key, words) in [
            (TASKS_RUNNING, at_work),
            ("tasks.words.open", &open),
            ("tasks.words.completed", tasks.completed.as_slice()),
            ("tasks.words.failed", tasks.failed.as_slice()),
        ] {
            differ("tasks.words.parked", [&tasks.parked], key, words)?;
        }
        let events = &self.events.words;
        let reaped = std::slice::from_ref(&events.reaped);
        differ(
            "events.words.parked",
            [&events.parked],
            "events.words.reaped",
            reaped,
        )?;
        differ(
            "events.words.unparked",
            [&events.unparked],
            "events.words.reaped",
            reaped,
        )?;
        let parked = std::slice::from_ref(&events.parked);
        differ(
            "events.words.unparked",
            [&events.unparked],
            "events.words.parked",
            parked,
        )?;
        differ("runs.words.abandoned", [&runs.abandoned], RUNS_RUNNING, running)?;
        let finished = runs.finished.as_slice();
        differ("runs.words.finished", finished, RUNS_RUNNING, running)?;
        match tasks.open.unknown_key(at_work) {
            Some(found) => Err(ProfileError::OpenKey {
                found: found.to_owned(),
                running: at_work.join(", "),
            }),
            None => Ok(()),
        }
    }
}

fn differ<'w>(
    key: &'static str,
    words: impl IntoIterator<Item = &'w String>,
    other: &'static str,
    others: &[String],
) -> Result<(), ProfileError> {
    // Words of digits are numbers where the database keeps them as numbers.
    let same = |a: &str, b: &str| a == b || a.parse::<i64>().is_ok_and(|a| b.parse() == Ok(a));
    for word in words {
        if others.iter().any(|other| same(word, other)) {
            let word = word.clone();
            return Err(ProfileError::Same { key, other, word });
        }
    }
    Ok(())
}

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

/// Whether a value says that there is nothing of the kind.
fn says_none(value: &toml::Value) -> bool {
    match value {
        toml::Value::String(text) => text.is_empty(),
        toml::Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A word that is empty, or that SQLite would cut short at its NUL, would match what nobody meant.
fn check_words(key: &str, value: &toml::Value) -> Result<(), ProfileError> {
    let may_be_empty = key
        .split_once('.')
        .is_some_and(|(_, key)| key == "table" || key.starts_with("set."));
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
