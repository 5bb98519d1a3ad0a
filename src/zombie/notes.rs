use std::collections::BTreeMap;

use super::{Reading, Timestamp};

/// How far ahead of `now` a timestamp may be before it is worth a warning. Below that it is a heartbeat that
/// came in while the sweep was reading.
const AHEAD_US: i64 = 60_000_000;

/// How many different odd things of one sort are told apart.
const MOST: usize = 20;

/// What a sweep met that its operator should know of, counted as it comes and told in a few sentences.
#[derive(Debug, Default)]
pub struct Notes {
    unreadable: BTreeMap<String, Tally>,
    ahead: BTreeMap<String, Tally>,
    statuses: BTreeMap<String, Tally>,
    /// By the sentence that creates it: the table, and the rows read for want of it.
    indexes: BTreeMap<String, (String, usize)>,
}

#[derive(Debug)]
struct Tally {
    count: usize,
    example: String,
}

impl Notes {
    /// Notes a timestamp that cannot be read, or that lies in the future.
    pub fn see_timestamp(
        &mut self,
        reading: Reading,
        now: Timestamp,
        column: &str,
        shown: impl FnOnce() -> String,
    ) {
        match reading {
            Reading::Unreadable => count(&mut self.unreadable, column, shown),
            Reading::At(at) if at.micros_since(now) > AHEAD_US => count(&mut self.ahead, column, shown),
            Reading::At(_) | Reading::Absent => {}
        }
    }

    /// Notes a run's status that is neither running nor finished.
    pub fn see_unknown_status(&mut self, status: &str, run: impl FnOnce() -> String) {
        count(&mut self.statuses, status, run);
    }

    /// Notes an index, by the sentence that creates it, for want of which so many rows of a table were read in vain.
    pub fn see_missing_index(&mut self, table: &str, rows: usize, create: String) {
        self.indexes
            .entry(create)
            .or_insert_with(|| (table.to_owned(), rows));
    }

    /// One sentence for each sort of thing met.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        for (column, Tally { count, example }) in &self.unreadable {
            sentences.push(format!(
                "{column}: {count} not readable as a timestamp, such as {example}; no sign of life was taken from it"
            ));
        }
        for (column, Tally { count, example }) in &self.ahead {
            sentences.push(format!(
                "{column}: {count} more than a minute in the future, such as {example}; it counts as alive, \
                 but the clocks disagree"
            ));
        }
        for (status, Tally { count, example }) in &self.statuses {
            sentences.push(format!(
                "unknown run status {status:?} in {count} of the runs looked at, such as {example}; it was taken as unfinished"
            ));
        }
        for (create, (table, rows)) in &self.indexes {
            sentences.push(format!(
                "{rows} rows of {table} were read in vain for want of an index, each time; this one spares that: {create}"
            ));
        }
        sentences
    }
}

fn count(tallies: &mut BTreeMap<String, Tally>, what: &str, example: impl FnOnce() -> String) {
    if let Some(tally) = tallies.get_mut(what) {
        tally.count += 1;
    } else if tallies.len() < MOST {
        tallies.insert(
            what.to_owned(),
            Tally {
                count: 1,
                example: short(&example()),
            },
        );
    }
}

/// At most 80 characters of it, quoted, control characters escaped.
fn short(text: &str) -> String {
    let mut kept: String = text.chars().take(80).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    format!("{kept:?}")
}
