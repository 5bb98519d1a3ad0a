//! Which words of a run's status mean that it is at work, that it is over, and that its worker was lost.

use super::finding::{Line, Value};
use super::hints::HINTS;
use super::names::words;
use super::status::{Meaning, meaning};
use super::vocabulary::{Seen, Vocabulary};

impl Vocabulary<'_> {
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
        self.line("running", &sure, &doubtful, declared)
    }

    /// The words of runs that are over.
    pub(super) fn run_finished(&self) -> Line {
        let (mut sure, mut doubtful) = (Vec::new(), Vec::new());
        for seen in &self.seen {
            let mostly_ended = seen.ended * 2 >= seen.rows.len();
            match meaning(&seen.word) {
                Some((Meaning::Finished, true)) if mostly_ended || self.ended_by.is_empty() => {
                    sure.push(seen);
                }
                Some((Meaning::Finished, false)) | None if seen.all_ended() => sure.push(seen),
                Some((Meaning::Finished, _)) => doubtful.push(seen),
                _ => {}
            }
        }
        let mut names: Vec<_> = sure.iter().map(|seen| seen.word.clone()).collect();
        let mut said: Vec<_> = sure.iter().map(|seen| self.say(seen)).collect();
        for (value, _) in self.declared(Meaning::Finished, "") {
            if let Value::Text(word) = value {
                said.push(format!("{word}: the table allows it"));
                names.push(word);
            }
        }
        let doubtful = doubtful.into_iter().map(|seen| {
            let all = names.iter().chain([&seen.word]).cloned().collect();
            (Value::OneOrMore(all), self.say(seen))
        });
        let doubtful: Vec<_> = doubtful.collect();
        if names.is_empty() {
            said.push("no word is seen that means so".to_owned());
        }
        Line::found("finished", Value::OneOrMore(names), said.join("; ")).or_any(doubtful)
    }
}

/// The finished words of a run that did its work.
pub(super) fn completed(finished: &[String]) -> Line {
    let is_good = |word: &&String| HINTS.words.completed.exactly(&words(word)).is_some();
    let names: Vec<_> = finished.iter().filter(is_good).cloned().collect();
    let why = if names.is_empty() {
        "no word is seen that means so"
    } else {
        "of the words for a run that is over, those that say that the work was done"
    };
    Line::found("completed", Value::OneOrMore(names), why)
}

/// The finished word that suits a run whose worker died.
pub(super) fn abandoned(finished: &[String]) -> Line {
    let place = |word: &String| Some(HINTS.words.abandoned.exactly(&words(word))?.place());
    let mut fit: Vec<_> = finished
        .iter()
        .filter_map(|word| Some((place(word)?, word)))
        .collect();
    fit.sort();
    if let Some((_, word)) = fit.first() {
        let why = "of the words for a run that is over, the one that suits a lost worker most";
        return Line::found("abandoned", Value::text(*word), why);
    }
    let why = "which word should a run get whose worker died?";
    let candidates = finished
        .iter()
        .map(|word| (Value::text(word), "it means that a run is over".to_owned()));
    Line::missing("abandoned", Value::text(""), why).or_any(candidates)
}
