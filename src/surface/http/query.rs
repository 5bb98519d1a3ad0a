//! What stands behind the `?`, parsed: every mistake in it is told at once, and what is unknown is one.

use axum::http::Uri;
use percent_encoding::percent_decode_str;

use super::cursor;
use super::problem::{Mistake, Problem, Step};

/// The longest id and name that is taken, in characters.
pub(crate) const LONGEST: usize = 2_048;

/// How many entries a page has, unless asked.
const USUAL: usize = 50;

/// How many it has at most.
const MOST: usize = 1_000;

/// The units of a time, in seconds.
const UNITS: [(char, u64); 5] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)];

/// The parameters of a request that have yet to be read.
pub(crate) struct Query {
    given: Vec<(String, String)>,
    known: Vec<&'static str>,
    mistakes: Vec<Mistake>,
}

impl Query {
    pub(crate) fn of(uri: &Uri) -> Self {
        let mut query = Self {
            given: Vec::new(),
            known: Vec::new(),
            mistakes: Vec::new(),
        };
        let pairs = uri.query().unwrap_or_default().split('&');
        for pair in pairs.filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decoded(name), decoded(value)) {
                (Some(name), Some(value)) => query.given.push((name, value)),
                (name, _) => query.wrong(
                    "encoding",
                    name.as_deref().unwrap_or(name_of(pair)),
                    "expected UTF-8, percent-encoded",
                ),
            }
        }
        query
    }

    /// Nothing may be asked for.
    pub(crate) fn none(uri: &Uri) -> Result<(), Problem> {
        Self::of(uri).end()
    }

    /// A parameter that may stand several times.
    fn all(&mut self, name: &'static str) -> Vec<String> {
        self.known.push(name);
        let is_it = |(given, _): &mut (String, String)| given == name;
        self.given.extract_if(.., is_it).map(|(_, value)| value).collect()
    }

    fn one(&mut self, name: &'static str) -> Option<String> {
        let mut values = self.all(name);
        if values.len() > 1 {
            let msg = format!("expected it once, found it {} times", values.len());
            self.wrong("duplicate", name, msg);
        }
        values.pop()
    }

    /// An id, up to 2 KiB long.
    pub(crate) fn id(&mut self, name: &'static str) -> Option<String> {
        let id = self.one(name)?;
        self.check_length(name, &id);
        Some(id)
    }

    /// An id without which there is no answer.
    pub(crate) fn needed_id(&mut self, name: &'static str) -> String {
        let id = self.id(name);
        if id.is_none() {
            self.wrong("missing", name, "expected the id of a task, found none");
        }
        id.unwrap_or_default()
    }

    /// Ids; the parameter stands once for each.
    pub(crate) fn ids(&mut self, name: &'static str) -> Vec<String> {
        let ids = self.all(name);
        for id in &ids {
            self.check_length(name, id);
        }
        ids
    }

    /// A name, which is never empty.
    pub(crate) fn name(&mut self, name: &'static str) -> Option<String> {
        let given = self.id(name)?;
        if given.is_empty() {
            self.wrong(
                "too_short",
                name,
                "expected a name, or no such parameter; found an empty one",
            );
        }
        Some(given)
    }

    /// A time, such as `24h`.
    pub(crate) fn time(&mut self, name: &'static str) -> Option<std::time::Duration> {
        let given = self.one(name)?;
        let time = time(&given);
        if time.is_none() {
            let expected = "a whole number and a unit, such as 90s, 15m, 24h, 30d or 2w";
            self.unfit("time", name, expected, &given);
        }
        time
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        match self.one(name).as_deref() {
            Some("true") => true,
            None | Some("false") => false,
            Some(given) => {
                self.unfit("bool", name, "true or false", given);
                false
            }
        }
    }

    /// How many entries a page is to have.
    pub(crate) fn limit(&mut self) -> usize {
        let Some(given) = self.one("limit") else {
            return USUAL;
        };
        let digits = given.bytes().all(|digit| digit.is_ascii_digit());
        let limit = given.parse().ok().filter(|limit| (1..=MOST).contains(limit));
        if let Some(limit) = limit.filter(|_| digits && !given.starts_with('0')) {
            return limit;
        }
        let expected = format!("a whole number from 1 to {MOST}");
        self.unfit("limit", "limit", &expected, &given);
        USUAL
    }

    /// Where the page before ended.
    pub(crate) fn cursor<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let given = self.one("cursor")?;
        let place = read(&given);
        if place.is_none() {
            let expected = format!(
                "the `next` of the page before, which has {} characters at most",
                cursor::LONGEST
            );
            self.unfit("cursor", "cursor", &expected, &given);
        }
        place
    }

    /// All that may be given has been asked for. Fails with every mistake there is.
    pub(crate) fn end(mut self) -> Result<(), Problem> {
        let known = match self.known.as_slice() {
            [] => "none is".to_owned(),
            known => format!("known: {}", known.join(", ")),
        };
        for (name, _) in std::mem::take(&mut self.given) {
            self.wrong("unknown", &name, format!("no such parameter; {known}"));
        }
        if self.mistakes.is_empty() {
            return Ok(());
        }
        Err(Problem::mistakes(self.mistakes))
    }

    fn check_length(&mut self, name: &'static str, value: &str) {
        if is_too_long(value) {
            self.wrong("too_long", name, too_long(value));
        }
    }

    /// A value that is not what it is to be.
    fn unfit(&mut self, kind: &'static str, name: &str, expected: &str, given: &str) {
        let found = shortened(given);
        let more = if found.len() < given.len() { "…" } else { "" };
        self.wrong(kind, name, format!("expected {expected}, found {found:?}{more}"));
    }

    fn wrong(&mut self, kind: &'static str, name: &str, msg: impl Into<String>) {
        let loc = vec![Step::from("query"), Step::Key(shortened(name))];
        self.mistakes.push(Mistake::new(kind, loc, msg));
    }
}

/// What was sent may be long, and comes back.
fn shortened(text: &str) -> String {
    text.chars().take(100).collect()
}

/// Whether an id or a name is longer than is taken over HTTP.
pub(crate) fn is_too_long(text: &str) -> bool {
    text.chars().nth(LONGEST).is_some()
}

/// How that is said.
pub(crate) fn too_long(text: &str) -> String {
    let found = text.chars().count();
    format!("expected {LONGEST} characters at most, found {found}; longer ids are for the command line")
}

/// A text as a form has it: `+` is a space.
fn decoded(text: &str) -> Option<String> {
    let percents = text.split('%').skip(1);
    let are_whole = percents
        .map(|rest| rest.as_bytes().get(..2))
        .all(|digits| digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    are_whole.then(|| decoded.into_owned())
}

fn name_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

/// A whole number and its unit.
fn time(text: &str) -> Option<std::time::Duration> {
    let unit = text.chars().next_back()?;
    let (_, seconds) = UNITS.iter().find(|(letter, _)| *letter == unit)?;
    let number = text.strip_suffix(unit)?;
    let is_plain =
        !number.starts_with('0') && number.len() <= 6 && number.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|_| is_plain)?;
    Some(std::time::Duration::from_secs(number * seconds))
}
