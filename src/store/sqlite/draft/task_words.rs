//! Which words of a task's status mean that it runs, and that it waits.

use super::finding::{Line, Value};
use super::hints::HINTS;
use super::names::words;
use super::status::{Meaning, meaning};
use super::vocabulary::{Seen, Vocabulary};

impl Vocabulary<'_> {
    /// The running words of tasks.
    ///
    /// `held_elsewhere`: that somebody is at work is seen in another table. Else most rows of a running word must show it: a plan that
    /// is `active` is no task that runs.
    pub(super) fn task_running(&self, held_elsewhere: bool) -> Line {
        let mut sure = Vec::new();
        let mut by_look = Vec::new();
        let mut doubtful = Vec::new();
        for seen in &self.seen {
            let looks_held = self.is_held(seen) && !self.is_default(&seen.word);
            match meaning(&seen.word) {
                Some((Meaning::Running, true))
                    if seen.ended * 2 <= seen.rows.len()
                        && (held_elsewhere
                            || seen.held * 2 >= seen.rows.len()
                            || seen.busy * 2 >= seen.count) =>
                {
                    sure.push(seen);
                }
                Some((Meaning::Running, false)) if looks_held => sure.push(seen),
                Some((Meaning::Open, _)) if looks_held && self.is_claimed_though_open(seen) => {
                    sure.push(seen);
                }
                Some((Meaning::Running | Meaning::Open, _)) if looks_held => doubtful.push(seen),
                Some((Meaning::Running, _)) => doubtful.push(seen),
                None if looks_held => by_look.push(seen),
                Some((Meaning::Open, _)) | None if (seen.held > 0 || seen.busy > 0) && seen.ended == 0 => {
                    doubtful.push(seen);
                }
                _ => {}
            }
        }
        if sure.is_empty() && by_look.len() == 1 && !self.ended_by.is_empty() {
            sure.append(&mut by_look);
        }
        doubtful.append(&mut by_look);
        let declared = self.declared(Meaning::Running, "the table allows it; no row has it now");
        self.line("running", &sure, &doubtful, declared)
    }

    /// The words of tasks whose work was done, and of those whose work was given up.
    pub(super) fn task_over(&self) -> [Line; 2] {
        let is_over = |seen: &&Seen| {
            matches!(meaning(&seen.word), Some((Meaning::Finished, true))) && !self.is_default(&seen.word)
        };
        let is_good = |seen: &&Seen| HINTS.words.completed.exactly(&words(&seen.word)).is_some();
        let (good, bad): (Vec<_>, Vec<_>) = self.seen.iter().filter(is_over).partition(is_good);
        [("completed", good), ("failed", bad)].map(|(key, found)| {
            let names = found.iter().map(|seen| seen.word.clone()).collect();
            let said: Vec<_> = found.iter().map(|seen| self.say(seen)).collect();
            let why = if said.is_empty() {
                "no word is seen that means so".to_owned()
            } else {
                said.join("; ")
            };
            Line::found(key, Value::OneOrMore(names), why)
        })
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
                Some(seen) => format!("the default of the column; {}", self.say(seen)),
                None => "the default of the column; no row has it now".to_owned(),
            };
            return Line::found("open", Value::text(default), why);
        }
        let is_free = |seen: &&Seen| seen.held == 0 && seen.busy == 0 && seen.ended == 0;
        let sounds = |seen: &&Seen| matches!(meaning(&seen.word), Some((Meaning::Open, true)));
        let free: Vec<_> = self.seen.iter().filter(is_free).collect();
        let known: Vec<_> = free.iter().copied().filter(|seen| sounds(seen)).collect();
        let unknown: Vec<_> = free
            .into_iter()
            .filter(|seen| meaning(&seen.word).is_none())
            .collect();
        let declared = self.declared(Meaning::Open, "the table allows it; no row has it now");
        let tells = self.seen.iter().any(|seen| seen.held > 0 || seen.busy > 0);
        match (known.as_slice(), unknown.as_slice()) {
            ([only], _) => Line::found("open", Value::text(&only.word), self.say(only)),
            ([], [only]) if tells => Line::found("open", Value::text(&only.word), self.say(only)),
            _ => {
                let why = "which word does a task have that waits for a worker?";
                let candidates = known.iter().chain(&unknown);
                Line::missing("open", Value::text(""), why)
                    .or_any(candidates.map(|seen| (Value::text(&seen.word), self.say(seen))))
                    .or_any(declared)
            }
        }
    }
}
