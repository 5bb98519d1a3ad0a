use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Moment, Oddity, Remark, Timestamp};

/// How many different odd things of one sort are told apart.
const MOST: usize = 20;

/// Time zones lie whole quarter hours apart.
const QUARTER_US: i64 = 900_000_000;

/// How old the newest sign of life in a fleet at work is at most: a beat or two.
const BEAT_US: i64 = 90_000_000;

/// What a sweep met that its operator should know of, counted as it comes and told in a few sentences.
#[derive(Debug, Default)]
pub struct Notes {
    unreadable: BTreeMap<String, Tally>,
    ahead: BTreeMap<String, Tally>,
    statuses: BTreeMap<String, Tally>,
    left: BTreeMap<String, Tally>,
    look_alikes: BTreeMap<String, &'static str>,
    /// By the sentence that creates it: the table, and the rows read for want of it.
    indexes: BTreeMap<String, (String, usize)>,
    by_update: Option<Tally>,
    /// What is called running and has an end, by what it is.
    ended: BTreeMap<String, Tally>,
    newest_naive: Option<Timestamp>,
    /// The newest naive heartbeat of each column: one may be written in another zone than the database's own times are.
    naive_heartbeats: BTreeMap<Arc<str>, Timestamp>,
    has_seen_heartbeat: bool,
    starts_alone: bool,
    silent: usize,
    no_peace: usize,
    /// Why repeats are not told, where they are not.
    untold_repeats: Option<String>,
    undated: Option<Tally>,
}

#[derive(Debug)]
struct Tally {
    count: usize,
    example: String,
}

impl Notes {
    /// Notes a value that is not understood as a time.
    pub fn see_unreadable(&mut self, column: &str, value: impl FnOnce() -> String) {
        count(&mut self.unreadable, column, value);
    }

    /// Notes a moment that lies ahead of *now* by more than reading takes.
    pub fn see_ahead(&mut self, column: &str, value: impl FnOnce() -> String) {
        count(&mut self.ahead, column, value);
    }

    /// Notes a sign of life.
    pub fn see_sign(&mut self, moment: Moment) {
        if moment.naive && self.newest_naive.is_none_or(|newest| newest < moment.at) {
            self.newest_naive = Some(moment.at);
        }
    }

    /// Notes a heartbeat.
    pub fn see_heartbeat(&mut self, column: &Arc<str>, moment: Moment) {
        self.has_seen_heartbeat = true;
        if moment.naive {
            match self.naive_heartbeats.get_mut(column) {
                Some(newest) => *newest = moment.at.max(*newest),
                None => drop(self.naive_heartbeats.insert(Arc::clone(column), moment.at)),
            }
        }
    }

    /// Notes that the queue writes leases.
    pub fn see_lease(&mut self) {
        self.has_seen_heartbeat = true;
    }

    /// Notes a run's status that is neither a running nor a finished word.
    pub fn see_unknown_status(&mut self, status: &str, run: impl FnOnce() -> String) {
        count(&mut self.statuses, status, run);
    }

    /// Notes a claim that nothing but its last update shows alive.
    pub fn see_claim_by_update(&mut self, task: impl FnOnce() -> String) {
        match &mut self.by_update {
            Some(tally) => tally.count += 1,
            none => *none = Some(Tally::new(&task())),
        }
    }

    /// Notes a task or run that is called running and has an end.
    pub fn see_ended(&mut self, what: &str, example: impl FnOnce() -> String) {
        count(&mut self.ended, what, example);
    }

    /// Notes that the queue is known to have neither heartbeats nor leases.
    pub fn see_starts_alone(&mut self) {
        self.starts_alone = true;
    }

    /// Notes zombies that changed, or may have, each time before they could be reaped.
    pub fn see_no_peace(&mut self, zombies: usize) {
        self.no_peace += zombies;
    }

    /// Notes a task that is reaped for its silence.
    pub fn see_silence(&mut self) {
        self.silent += 1;
    }

    /// Notes a column that looks like a heartbeat and plays no role, and what makes it look so.
    pub fn see_look_alike(&mut self, column: &str, why: &'static str) {
        if self.look_alikes.len() < MOST {
            self.look_alikes.insert(column.to_owned(), why);
        }
    }

    /// Notes a value that a reap would have replaced by *now*, but whose form is not understood.
    pub fn see_left(&mut self, column: &str, value: impl FnOnce() -> String) {
        count(&mut self.left, column, value);
    }

    /// Notes an index, by the sentence that creates it, for want of which so many rows of a table were read in vain.
    pub fn see_missing_index(&mut self, table: &str, rows: usize, create: String) {
        self.indexes
            .entry(create)
            .or_insert_with(|| (table.to_owned(), rows));
    }

    /// Notes that it was not looked up how often tasks were reaped before: for want of an index, or as there is too much.
    pub fn see_untold_repeats(&mut self, create: Option<&str>) {
        self.untold_repeats = Some(match create {
            Some(create) => format!("no index leads to the events of a task; this one does: {create}"),
            None => "there is too much on record to be read by the way".to_owned(),
        });
    }

    /// Notes a task that was reaped before, and whose reaps do not count as something between them has no time.
    pub fn see_undated(&mut self, task: impl FnOnce() -> String) {
        match &mut self.undated {
            Some(tally) => tally.count += 1,
            none => *none = Some(Tally::new(&task())),
        }
    }

    /// One sentence for each sort of thing met.
    #[must_use]
    pub fn sentences(&self, now: Timestamp) -> Vec<String> {
        let remarks = self.remarks(now).into_iter();
        remarks.map(|remark| remark.sentence).collect()
    }

    /// The same, each with what it is about.
    #[must_use]
    pub fn remarks(&self, now: Timestamp) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let mut say = |oddity, sentence| remarks.push(Remark { oddity, sentence });
        for (column, Tally { count, example }) in &self.unreadable {
            say(
                Oddity::Unreadable,
                format!(
                    "{column}: {count} not readable as a timestamp, such as {example}; silence is not proven by it"
                ),
            );
        }
        for (column, Tally { count, example }) in &self.ahead {
            say(
                Oddity::Ahead,
                format!(
                    "{column}: {count} more than a minute in the future, such as {example}; the clocks disagree"
                ),
            );
        }
        for sentence in self.time_zones(now) {
            say(Oddity::LocalTime, sentence);
        }
        for (status, Tally { count, example }) in &self.statuses {
            let status = short(status);
            say(
                Oddity::UnknownStatus,
                format!(
                    "unknown run status {status} in {count} of the runs looked at, such as {example}; \
                 it counts as finished where the run has an end, else as unfinished"
                ),
            );
        }
        if let Some(Tally { count, example }) = &self.by_update {
            say(
                Oddity::ClaimByUpdate,
                format!(
                    "claims without a run that show nothing but when they were last updated: {count}, such as task {example}; \
                 whatever touches the row of such a task keeps it from being reaped"
                ),
            );
        }
        for (what, Tally { count, example }) in &self.ended {
            say(
                Oddity::HasEnd,
                format!(
                    "{what} called running that have an end: {count}, such as {example}; does the profile tell rightly what runs?"
                ),
            );
        }
        if self.silent > 0 {
            self.of_silence(&mut say);
        }
        for (column, Tally { count, example }) in &self.left {
            say(
                Oddity::FormLeft,
                format!(
                    "{column}: {count} left as they were, such as {example}, as the form is not understood"
                ),
            );
        }
        if self.no_peace > 0 {
            say(
                Oddity::NoPeace,
                format!(
                    "zombies left to the next sweep, as each time they were to be reaped the database had changed, and nothing told \
                 quickly enough whether they had: {}; an index from tasks to their runs, and from names to workers, tells",
                    self.no_peace
                ),
            );
        }
        for (create, (table, rows)) in &self.indexes {
            say(
                Oddity::MissingIndex,
                format!(
                    "{rows} rows of {table} were read in vain for want of an index, each time; this one spares that: {create}"
                ),
            );
        }
        if let Some(why) = &self.untold_repeats {
            say(
                Oddity::UntoldPast,
                format!("not all tasks that fell silent again and again are told (repeats): {why}"),
            );
        }
        if let Some(Tally { count, example }) = &self.undated {
            say(
                Oddity::UntoldPast,
                format!(
                    "tasks whose earlier reaps do not count, as a run of theirs was completed, or they were unparked, and nothing \
                     readable says when: {count}, such as {example}"
                ),
            );
        }
        remarks
    }

    /// What puts in doubt that silence is death.
    fn of_silence(&self, say: &mut impl FnMut(Oddity, String)) {
        if self.starts_alone {
            say(
                Oddity::StartsAlone,
                format!(
                    "nothing but its start shows that a task of this queue is at work, and tasks are called dead for having \
                 begun long ago ({}): does none take longer than --stale-after?",
                    self.silent
                ),
            );
        } else if !self.has_seen_heartbeat {
            say(
                Oddity::NoHeartbeat,
                format!(
                    "no heartbeat and no lease was found in this queue, and tasks are called dead for their silence ({}): \
                 is there one under another name?",
                    self.silent
                ),
            );
        }
        for (column, why) in &self.look_alikes {
            say(
                Oddity::LookAlike,
                format!("{column} {why}, but plays no role: if it is a heartbeat, name it in a profile"),
            );
        }
    }

    /// Where the newest times without a zone lie off as a zone would have them: of each heartbeat, else of all signs.
    fn time_zones(&self, now: Timestamp) -> Vec<String> {
        let of_heartbeats = self.naive_heartbeats.iter();
        let mut off: Vec<_> = of_heartbeats
            .filter_map(|(column, newest)| Some((format!(" in {column}"), zone_off(now, *newest)?)))
            .collect();
        if off.is_empty() {
            let off_as_a_whole = self.newest_naive.and_then(|newest| zone_off(now, newest));
            off.extend(off_as_a_whole.map(|off| (String::new(), off)));
        }
        let say = |(place, off)| {
            format!(
                "the newest times that are written without a zone{place} lie {off} now, a whole number of quarter hours: \
                 if they are local times, say so in a profile (time_zone)"
            )
        };
        off.into_iter().map(say).collect()
    }
}

/// How far off a moment lies, where it does so by a whole number of quarter hours and a beat.
fn zone_off(now: Timestamp, newest: Timestamp) -> Option<String> {
    let age = now.micros_since(newest);
    let (quarters, rest) = (age.div_euclid(QUARTER_US), age.rem_euclid(QUARTER_US));
    if quarters == 0 || rest > BEAT_US {
        return None;
    }
    let minutes = quarters.unsigned_abs() * 15;
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let side = if quarters < 0 { "ahead of" } else { "behind" };
    Some(format!("{hours} h {minutes} min {side}"))
}

impl Tally {
    fn new(example: &str) -> Self {
        Self {
            count: 1,
            example: short(example),
        }
    }
}

fn count(tallies: &mut BTreeMap<String, Tally>, what: &str, example: impl FnOnce() -> String) {
    if let Some(tally) = tallies.get_mut(what) {
        tally.count += 1;
    } else if tallies.len() < MOST {
        tallies.insert(what.to_owned(), Tally::new(&example()));
    }
}

/// At most 80 characters of it, quoted, control characters escaped.
pub(super) fn short(text: &str) -> String {
    let mut kept: String = text.chars().take(80).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    format!("{kept:?}")
}
