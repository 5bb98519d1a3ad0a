//! What names and words sound like: data, in `src/profile/hints.toml`.

use std::cmp::Reverse;
use std::sync::LazyLock;

use serde::Deserialize;

use super::names::words;

const TEXT: &str = include_str!("../../../profile/hints.toml");

#[expect(
    clippy::expect_used,
    reason = "the text is part of the program, and every test of a draft reads it"
)]
pub(super) static HINTS: LazyLock<Hints> =
    LazyLock::new(|| toml::from_str(TEXT).expect("the built-in hints are valid"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hints {
    pub(super) tables: Tables,
    pub(super) times: Times,
    /// Words by which an empty column is taken for one of moments.
    pub(super) moment: Phrases,
    pub(super) columns: Columns,
    pub(super) words: Words,
}

macro_rules! hints {
    ($name:ident { $($field:ident),* $(,)? }) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name { $(pub(super) $field: Phrases),* }
    };
}

hints!(Tables {
    tasks,
    runs,
    workers,
    events,
    workspaces,
    projects,
    others
});
hints!(Times {
    lease,
    deadline,
    heartbeat,
    started,
    ended,
    next_eligible,
    updated,
    created,
    none
});
hints!(Columns {
    status,
    outcome,
    holder,
    claim,
    handle,
    of_a_queue,
    attempts,
    deleted,
    limits,
    lease_seconds,
    kind,
    is_recurring,
    project,
    project_id,
    id,
    name,
    past_run,
    event_type,
    actor,
    payload,
});
hints!(Words {
    running,
    open,
    finished,
    completed,
    abandoned,
    gone,
    recurring,
    free
});

/// Phrases that sound like one role.
#[derive(Deserialize)]
#[serde(from = "Written")]
pub(super) struct Phrases {
    /// The words of each, and whether it is believed by itself; the likeliest first.
    phrases: Vec<(Vec<String>, bool)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sure: Vec<String>,
    maybe: Vec<String>,
}

impl From<Written> for Phrases {
    fn from(written: Written) -> Self {
        let sure = written.sure.iter().map(|phrase| (words(phrase), true));
        let maybe = written.maybe.iter().map(|phrase| (words(phrase), false));
        Self {
            phrases: sure.chain(maybe).collect(),
        }
    }
}

/// How well a name fits; the greatest fits best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// How many of its words a phrase has.
    words: usize,
    /// Whether the name is believed by itself.
    pub(super) sure: bool,
    /// Whether the phrase is the whole name.
    pub(super) whole: bool,
    place: Reverse<usize>,
}

impl Hit {
    /// Its place in the list, from 0.
    pub(super) fn place(self) -> usize {
        self.place.0
    }

    /// By what phrases of different roles are compared.
    pub(super) fn rank(self) -> (usize, bool) {
        (self.words, self.sure)
    }
}

impl Phrases {
    /// The best phrase that is found in a name.
    pub(super) fn find(&self, name: &[String]) -> Option<Hit> {
        let hits = self
            .phrases
            .iter()
            .enumerate()
            .filter_map(|(place, (phrase, sure))| {
                let is_there = name.windows(phrase.len().max(1)).any(|part| part == phrase);
                is_there.then_some(Hit {
                    words: phrase.len(),
                    sure: *sure,
                    whole: phrase.len() == name.len(),
                    place: Reverse(place),
                })
            });
        hits.max()
    }

    /// The best phrase that a name ends with.
    pub(super) fn at_the_end(&self, name: &[String]) -> Option<Hit> {
        let hits = self
            .phrases
            .iter()
            .enumerate()
            .filter_map(|(place, (phrase, sure))| {
                name.ends_with(phrase).then_some(Hit {
                    words: phrase.len(),
                    sure: *sure,
                    whole: phrase.len() == name.len(),
                    place: Reverse(place),
                })
            });
        hits.max()
    }

    /// The phrase that is the name.
    pub(super) fn exactly(&self, name: &[String]) -> Option<Hit> {
        let place = self.phrases.iter().position(|(phrase, _)| phrase == name)?;
        let (phrase, sure) = self.phrases.get(place)?;
        Some(Hit {
            words: phrase.len(),
            sure: *sure,
            whole: true,
            place: Reverse(place),
        })
    }
}
