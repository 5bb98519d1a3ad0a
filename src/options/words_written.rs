//! What a reap writes, in the queue's own words.

use crate::profile::Profile;

/// The words of the [profile](Profile) that a reap writes: what becomes of the tasks depends on what the queue takes them for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WordsWritten {
    /// What the status of a task becomes that is not parked: one word, or, where it depends on the reason or on the status that
    /// the task had, each there is.
    pub tasks: Vec<String>,
    /// What the status of a run becomes, where runs have a table.
    pub runs: String,
}

impl WordsWritten {
    pub(crate) fn of(profile: &Profile) -> Self {
        let words = &profile.names.tasks.words.open;
        let mut tasks: Vec<String> = Vec::new();
        for word in words.all() {
            if !tasks.contains(word) {
                tasks.push(word.clone());
            }
        }
        let runs = profile.names.runs.words.abandoned.clone();
        Self { tasks, runs }
    }
}
