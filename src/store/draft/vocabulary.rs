//! Which words of a status mean what: by how they sound, and by what the rows that have them look like.

use super::facts::is_empty;
use super::finding::{Line, Value, counted};
use super::hints::HINTS;
use super::holders::sounds;
use super::names::words;
use super::portrait::Portrait;
use super::status::{Meaning, Status, Word, meaning};
use crate::zombie::Id;

/// A word, and how many of its rows look like what.
pub(super) struct Seen {
    pub(super) word: String,
    pub(super) count: usize,
    rows: Vec<Vec<Id>>,
    /// Rows that have an end.
    ended: usize,
    /// Rows that somebody holds, or has begun.
    held: usize,
    /// Rows that name a holder, or a start that is one of a claim.
    claimed: usize,
}

/// The words of one status.
pub(super) struct Vocabulary<'s> {
    status: &'s Status,
    seen: Vec<Seen>,
    ended_by: Vec<String>,
    held_by: Vec<String>,
}

impl<'s> Vocabulary<'s> {
    pub(super) fn new(
        status: &'s Status,
        found: Vec<Word>,
        portrait: &Portrait,
        ended_by: Vec<String>,
        held_by: Vec<String>,
    ) -> Self {
        let count = |rows: &[Vec<Id>], names: &[String]| {
            let has = |row: &Vec<Id>| {
                let mut columns = portrait.columns.iter().zip(row);
                columns.any(|(column, value)| names.contains(&column.info.name) && !is_empty(value))
            };
            rows.iter().filter(|row| has(row)).count()
        };
        let is_claim = |name: &&String| {
            let column = portrait.column(name);
            column.is_some_and(|column| {
                sounds(column).is_some() || HINTS.columns.claim.find(&column.words).is_some()
            })
        };
        let claimed_by: Vec<_> = held_by.iter().filter(is_claim).cloned().collect();
        let see = |word: Word| Seen {
            ended: count(&word.rows, &ended_by),
            held: count(&word.rows, &held_by),
            claimed: count(&word.rows, &claimed_by),
            word: word.word,
            count: word.count,
            rows: word.rows,
        };
        Self {
            seen: found.into_iter().map(see).collect(),
            status,
            ended_by,
            held_by,
        }
    }

    /// The newest rows that have one of these words.
    pub(super) fn rows(&self, words: &[String]) -> Vec<Vec<Id>> {
        let with = self.seen.iter().filter(|seen| words.contains(&seen.word));
        with.flat_map(|seen| seen.rows.iter().cloned()).collect()
    }

    /// The newest rows that wait: those of the open word, and of what sounds like it and is no running word.
    pub(super) fn waiting_rows(&self, open: &[String], running: &[String]) -> Vec<Vec<Id>> {
        let waits = |seen: &&Seen| {
            let sounds_so = matches!(meaning(&seen.word), Some((Meaning::Open, _)));
            !running.contains(&seen.word) && (sounds_so || open.contains(&seen.word))
        };
        let waiting = self.seen.iter().filter(waits);
        waiting.flat_map(|seen| seen.rows.iter().cloned()).collect()
    }

    /// The newest rows whose word means that they are over.
    pub(super) fn finished_rows(&self) -> Vec<Vec<Id>> {
        let is_over =
            |seen: &&Seen| matches!(meaning(&seen.word), Some((Meaning::Finished, _))) || seen.all_ended();
        let over = self.seen.iter().filter(is_over);
        over.flat_map(|seen| seen.rows.iter().cloned()).collect()
    }

    fn is_default(&self, word: &str) -> bool {
        self.status.default.as_deref() == Some(word)
    }

    /// Whether some word's rows are held by nobody: only then does it tell anything that others are.
    fn holding_tells(&self) -> bool {
        self.seen.iter().any(|seen| seen.held == 0)
    }

    /// The running words of tasks.
    pub(super) fn task_running(&self) -> Line {
        let mut sure = Vec::new();
        let mut by_look = Vec::new();
        let mut doubtful = Vec::new();
        for seen in &self.seen {
            let looks_held = seen.is_held() && self.holding_tells() && !self.is_default(&seen.word);
            match meaning(&seen.word) {
                Some((Meaning::Running, true)) if seen.ended * 2 <= seen.rows.len() => sure.push(seen),
                Some((Meaning::Running, false)) if looks_held => sure.push(seen),
                Some((Meaning::Open, _)) if looks_held && self.is_claimed_though_open(seen) => {
                    sure.push(seen)
                }
                Some((Meaning::Running | Meaning::Open, _)) if looks_held => doubtful.push(seen),
                Some((Meaning::Running, _)) => doubtful.push(seen),
                None if looks_held => by_look.push(seen),
                Some((Meaning::Open, _)) | None if seen.held > 0 && seen.ended == 0 => doubtful.push(seen),
                _ => {}
            }
        }
        if sure.is_empty() && by_look.len() == 1 && !self.ended_by.is_empty() {
            sure.append(&mut by_look);
        }
        doubtful.append(&mut by_look);
        let declared = self.declared(Meaning::Running, "the table allows it; no row has it now");
        self.line("running", &sure, &doubtful, declared, |seen| self.say_held(seen))
    }

    /// Whether a word sounds like waiting, and yet each of its rows is taken, while those of the word that a task is made with
    /// are not.
    fn is_claimed_though_open(&self, seen: &Seen) -> bool {
        let waits = |other: &&Seen| self.is_default(&other.word) && other.held == 0;
        seen.rows.len() > 1 && seen.claimed == seen.rows.len() && self.seen.iter().any(|other| waits(&other))
    }

    /// The word of tasks that wait for a worker.
    pub(super) fn task_open(&self) -> Line {
        if let Some(default) = &self.status.default
            && !matches!(meaning(default), Some((Meaning::Running | Meaning::Finished, _)))
        {
            let why = match self.seen.iter().find(|seen| seen.word == *default) {
                Some(seen) => format!("the default of the column; {}", self.say_held(seen)),
                None => "the default of the column; no row has it now".to_owned(),
            };
            return Line::found("open", Value::text(default), why);
        }
        let is_free = |seen: &&Seen| seen.held == 0 && seen.ended == 0;
        let sounds = |seen: &&Seen| matches!(meaning(&seen.word), Some((Meaning::Open, true)));
        let free: Vec<_> = self.seen.iter().filter(is_free).collect();
        let known: Vec<_> = free.iter().copied().filter(|seen| sounds(seen)).collect();
        let unknown: Vec<_> = free
            .into_iter()
            .filter(|seen| meaning(&seen.word).is_none())
            .collect();
        let declared = self.declared(Meaning::Open, "the table allows it; no row has it now");
        let tells = !self.held_by.is_empty() && self.seen.iter().any(|seen| seen.held > 0);
        match (known.as_slice(), unknown.as_slice()) {
            ([only], _) => Line::found("open", Value::text(&only.word), self.say_held(only)),
            ([], [only]) if tells => Line::found("open", Value::text(&only.word), self.say_held(only)),
            _ => {
                let why = "which word does a task have that waits for a worker?";
                let candidates = known.iter().chain(&unknown);
                Line::missing("open", Value::text(""), why)
                    .or_any(candidates.map(|seen| (Value::text(&seen.word), self.say_held(seen))))
                    .or_any(declared)
            }
        }
    }

    /// The running words of runs.
    pub(super) fn run_running(&self) -> Line {
        let (mut sure, mut by_look, mut doubtful) = (Vec::new(), Vec::new(), Vec::new());
        let some_end = self.seen.iter().any(Seen::all_ended);
        for seen in &self.seen {
            match meaning(&seen.word) {
                Some((Meaning::Running, true)) if seen.ended * 2 <= seen.rows.len() => sure.push(seen),
                Some((Meaning::Running | Meaning::Open, _)) => doubtful.push(seen),
                None if seen.ended == 0 && some_end => by_look.push(seen),
                _ => {}
            }
        }
        if sure.is_empty() && by_look.len() == 1 {
            sure.append(&mut by_look);
        }
        doubtful.append(&mut by_look);
        if sure.is_empty()
            && let Some(default) = &self.status.default
            && matches!(meaning(default), Some((Meaning::Running, true)))
        {
            let why = "the default of the column; no row has it now";
            return Line::found("running", Value::text(default), why);
        }
        let declared = self.declared(Meaning::Running, "the table allows it; no row has it now");
        self.line("running", &sure, &doubtful, declared, |seen| self.say_ended(seen))
    }

    /// The words of runs that are over.
    pub(super) fn run_finished(&self) -> Line {
        let (mut sure, mut doubtful) = (Vec::new(), Vec::new());
        for seen in &self.seen {
            let mostly_ended = seen.ended * 2 >= seen.rows.len();
            match meaning(&seen.word) {
                Some((Meaning::Finished, true)) if mostly_ended || self.ended_by.is_empty() => {
                    sure.push(seen)
                }
                Some((Meaning::Finished, false)) | None if seen.all_ended() => sure.push(seen),
                Some((Meaning::Finished, _)) => doubtful.push(seen),
                _ => {}
            }
        }
        let mut names: Vec<_> = sure.iter().map(|seen| seen.word.clone()).collect();
        let mut said: Vec<_> = sure.iter().map(|seen| self.say_ended(seen)).collect();
        for (value, _) in self.declared(Meaning::Finished, "") {
            if let Value::Text(word) = value {
                said.push(format!("{word}: the table allows it"));
                names.push(word);
            }
        }
        let doubtful = doubtful.into_iter().map(|seen| {
            let all = names.iter().chain([&seen.word]).cloned().collect();
            (Value::OneOrMore(all), self.say_ended(seen))
        });
        let doubtful: Vec<_> = doubtful.collect();
        if names.is_empty() {
            said.push("no word is seen that means so".to_owned());
        }
        Line::found("finished", Value::OneOrMore(names), said.join("; ")).or_any(doubtful)
    }

    /// The finished word that suits a run whose worker died.
    pub(super) fn run_abandoned(&self, finished: &[String]) -> Line {
        let place = |word: &String| Some(HINTS.words.abandoned.exactly(&words(word))?.place());
        let mut fit: Vec<_> = finished
            .iter()
            .filter_map(|word| Some((place(word)?, word)))
            .collect();
        fit.sort();
        match fit.first() {
            Some((_, word)) => {
                let why = "of the words for a run that is over, the one that suits a lost worker most";
                Line::found("abandoned", Value::text(*word), why)
            }
            None => {
                let why = "which word should a run get whose worker died?";
                let candidates = finished
                    .iter()
                    .map(|word| (Value::text(word), "it means that a run is over".to_owned()));
                Line::missing("abandoned", Value::text(""), why).or_any(candidates)
            }
        }
    }

    fn line(
        &self,
        key: &str,
        sure: &[&Seen],
        doubtful: &[&Seen],
        declared: Vec<(Value, String)>,
        say: impl Fn(&Seen) -> String,
    ) -> Line {
        let names: Vec<_> = sure.iter().map(|seen| seen.word.clone()).collect();
        let with = |word: &String| Value::OneOrMore(names.iter().chain([word]).cloned().collect());
        let doubtful: Vec<_> = doubtful
            .iter()
            .map(|seen| (with(&seen.word), say(seen)))
            .collect();
        let declared: Vec<_> = declared
            .into_iter()
            .filter_map(|(value, why)| match value {
                Value::Text(word) => Some((with(&word), why)),
                _ => None,
            })
            .collect();
        let line = if names.is_empty() {
            let all: Vec<_> = self
                .seen
                .iter()
                .map(|seen| format!("{} ({})", seen.word, seen.count))
                .collect();
            let all = if all.is_empty() {
                "none".to_owned()
            } else {
                all.join(", ")
            };
            let why = format!("which word means that a worker is at it? The words there are: {all}");
            Line::missing(key, Value::empty_list(), why)
        } else {
            let said: Vec<_> = sure.iter().map(|seen| say(seen)).collect();
            Line::found(key, Value::OneOrMore(names.clone()), said.join("; "))
        };
        line.or_any(doubtful).or_any(declared)
    }

    /// Words that the table's declaration allows, and that no row has.
    fn declared(&self, wanted: Meaning, why: &str) -> Vec<(Value, String)> {
        let unseen = self
            .status
            .allowed
            .iter()
            .filter(|word| !self.seen.iter().any(|seen| seen.word == **word));
        unseen
            .filter(|word| meaning(word) == Some((wanted, true)))
            .map(|word| (Value::text(word), why.to_owned()))
            .collect()
    }

    fn say_held(&self, seen: &Seen) -> String {
        let rows = seen.rows.len();
        let mut said = format!("{}: {}", seen.word, counted(seen.count, "row"));
        if !self.held_by.is_empty() {
            said += &format!(", {} of the newest {rows} held", seen.held);
        }
        if !self.ended_by.is_empty() {
            said += &format!(", {} with an end", seen.ended);
        }
        said
    }

    fn say_ended(&self, seen: &Seen) -> String {
        let said = format!("{}: {}", seen.word, counted(seen.count, "row"));
        if self.ended_by.is_empty() {
            return said;
        }
        format!(
            "{said}, {} of the newest {} with an end",
            seen.ended,
            seen.rows.len()
        )
    }
}

impl Seen {
    fn all_ended(&self) -> bool {
        !self.rows.is_empty() && self.ended == self.rows.len()
    }

    fn is_held(&self) -> bool {
        !self.rows.is_empty() && self.held == self.rows.len() && self.ended == 0
    }
}
