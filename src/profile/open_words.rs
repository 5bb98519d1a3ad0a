use std::collections::BTreeMap;

use serde::Deserialize;

/// The key of the word that holds where no other does.
const DEFAULT: &str = "default";

/// The reason codes that are fixed.
const REASONS: [&str; 5] = [
    "no_active_run",
    "missing_run",
    "lease_expired",
    "stale_heartbeat",
    "worker_gone",
];
/// What stands before a run's status in the others.
const RUN_FINISHED: &str = "run_";

/// The status that a reap gives a task: one word, or another for some reasons or for some of the statuses it had.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Written")]
pub(crate) struct OpenWords {
    default: Option<String>,
    others: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a word, or a table of words by reason code or running word"
)]
enum Written {
    One(String),
    Each(BTreeMap<String, String>),
}

impl From<Written> for OpenWords {
    fn from(written: Written) -> Self {
        match written {
            Written::One(word) => Self {
                default: Some(word),
                others: BTreeMap::new(),
            },
            Written::Each(mut others) => Self {
                default: others.remove(DEFAULT),
                others,
            },
        }
    }
}

impl OpenWords {
    /// The word for a task that is reaped for this reason and has this status: that of the reason goes first.
    pub(crate) fn word(&self, reason: &str, status: &str) -> &str {
        let other = self.others.get(reason).or_else(|| self.others.get(status));
        other.or(self.default.as_ref()).map_or("", String::as_str)
    }

    /// The word for every task, where there is but one.
    pub(crate) fn only(&self) -> Option<&str> {
        self.others
            .is_empty()
            .then(|| self.default.as_deref().unwrap_or_default())
    }

    /// Every word that a reap may write, that of most first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &String> {
        self.default.iter().chain(self.others.values())
    }

    /// Takes the default of another where it has none of its own.
    pub(crate) fn inherit(&mut self, from: &Self) {
        if self.default.is_none() {
            self.default.clone_from(&from.default);
        }
    }

    /// The first key that is neither a reason code nor one of these words.
    pub(crate) fn unknown_key(&self, running: &[String]) -> Option<&str> {
        let is_known = |key: &String| {
            running.contains(key) || REASONS.contains(&key.as_str()) || key.starts_with(RUN_FINISHED)
        };
        self.others.keys().find(|key| !is_known(key)).map(String::as_str)
    }
}
