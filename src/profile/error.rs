/// A profile that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// None that ships has this name.
    #[error("no profile {name:?} ships; the nearest names are {}", .nearest.join(", "))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names of those that ship, the most similar first.
        nearest: Vec<&'static str>,
    },
    /// It is not TOML, or has a key or a value that no profile has. The text shows the line.
    #[error("{0}")]
    Toml(toml::de::Error),
    /// Two words that must differ are the same: a reap would leave what it found, or take the living for dead.
    #[error("{key} and {other} must differ, and both say {word:?}")]
    Same {
        /// Where the one stands.
        key: &'static str,
        /// Where the other stands.
        other: &'static str,
        /// The word of both.
        word: String,
    },
    /// There is no word for what a sweep looks for.
    #[error("{0}: expected a word, found none")]
    NoWord(&'static str),
    /// A task is opened by something that is neither a status that is looked at nor a reason for a reap.
    #[error(
        "tasks.words.open: expected a running word ({running}), a reason code such as run_completed or stale_heartbeat, \
         or default; found {found:?}"
    )]
    OpenKey {
        /// What stands there.
        found: String,
        /// The running words.
        running: String,
    },
    /// Two keys tell of two shapes, and a queue has one.
    #[error("{key} and {other}: expected one of them: {why}")]
    TwoShapes {
        /// The one.
        key: String,
        /// The other.
        other: &'static str,
        /// What the other says already.
        why: &'static str,
    },
    /// A name or word is empty or holds a NUL character.
    #[error("{key}: expected a name or a word, found {found:?}")]
    Word {
        /// Where it stands.
        key: String,
        /// What stands there.
        found: String,
    },
}
