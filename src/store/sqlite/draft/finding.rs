//! What the draft says of each key of a profile, and what that rests on.

/// What stands behind a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// Names or words: a single one stands without a list around it where one is allowed to.
    OneOrMore(Vec<String>),
    List(Vec<String>),
    /// A lease as a start and a length.
    Lease {
        start: String,
        seconds: String,
    },
}

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn empty_list() -> Self {
        Self::List(Vec::new())
    }
}

/// One key, and what is said of it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) key: String,
    /// What is written so that it counts; `None`: the key is commented out.
    pub(super) value: Option<Value>,
    /// What it rests on, or what was looked for in vain.
    pub(super) why: String,
    /// What it might be as well, commented out, and why.
    pub(super) candidates: Vec<(Value, String)>,
    /// Nothing can be swept without it, and it was not found: what stands there makes the profile be refused.
    pub(super) is_missing: bool,
}

impl Line {
    /// The evidence is strong.
    pub(super) fn found(key: &str, value: Value, why: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            value: Some(value),
            why: why.into(),
            candidates: Vec::new(),
            is_missing: false,
        }
    }

    /// Nothing plays the role, or it is not known what does.
    pub(super) fn none(key: &str, why: impl Into<String>) -> Self {
        Self {
            value: None,
            ..Self::found(key, Value::empty_list(), why)
        }
    }

    /// A needed key, of which it is not known what it is: this refuses the profile.
    pub(super) fn missing(key: &str, refused: Value, why: impl Into<String>) -> Self {
        Self {
            is_missing: true,
            ..Self::found(key, refused, why)
        }
    }

    /// It might be this as well.
    pub(super) fn or(mut self, value: Value, why: impl Into<String>) -> Self {
        self.candidates.push((value, why.into()));
        self
    }

    pub(super) fn or_any(mut self, candidates: impl IntoIterator<Item = (Value, String)>) -> Self {
        self.candidates.extend(candidates);
        self
    }

    /// The names or words that it found.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.value {
            Some(Value::Text(name)) if !name.is_empty() => vec![name.clone()],
            Some(Value::OneOrMore(names) | Value::List(names)) => names.clone(),
            Some(Value::Text(_) | Value::Lease { .. }) | None => Vec::new(),
        }
    }
}

/// A section of the profile.
pub(super) struct Section {
    /// Such as `tasks.columns`.
    pub(super) name: &'static str,
    pub(super) lines: Vec<Line>,
    /// It is commented out as a whole, to be taken in the place of one that counts.
    pub(super) is_offer: bool,
    /// What is said above it.
    pub(super) about: String,
    /// What is said of it at the top of the draft.
    pub(super) head: String,
}

impl Section {
    pub(super) fn new(name: &'static str, lines: Vec<Line>) -> Self {
        Self {
            name,
            lines,
            is_offer: false,
            about: String::new(),
            head: String::new(),
        }
    }

    pub(super) fn offered(self) -> Self {
        Self {
            is_offer: true,
            ..self
        }
    }
}

/// A count and what is counted.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// So many running rows have something, where any row is known to run.
pub(super) fn running_have(have: usize, rows: usize, what: &str) -> String {
    match rows {
        0 => format!("no row is known to run, so that none shows {what}"),
        _ => format!("{have} of {rows} running rows have {what}"),
    }
}
