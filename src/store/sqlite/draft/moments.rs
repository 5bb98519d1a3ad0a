//! The keys of a section whose columns hold moments: heartbeat, start, end, lease and the like.

use super::super::value::reading;
use super::facts::Facts;
use super::finding::{Line, Value, running_have};
use super::portrait::Portrait;
use super::times::{Time, Timed, of, times};
use crate::zombie::{Calendar, Id, Timestamp};

/// The moments of a table, and the rows that are at work and those that wait.
pub(super) struct Moments<'p> {
    pub(super) portrait: &'p Portrait,
    calendar: &'p Calendar,
    pub(super) times: Vec<Timed<'p>>,
    running: &'p [Vec<Id>],
    /// What has not begun, and is held by nobody.
    open: &'p [Vec<Id>],
}

impl<'p> Moments<'p> {
    pub(super) fn new(
        portrait: &'p Portrait,
        calendar: &'p Calendar,
        running: &'p [Vec<Id>],
        open: &'p [Vec<Id>],
    ) -> Self {
        Self {
            portrait,
            calendar,
            times: times(portrait),
            running,
            open,
        }
    }

    pub(super) fn heartbeat(&self) -> Line {
        let line = self.line("heartbeat", Time::Heartbeat, |running, _| {
            let signs = self.newest(Time::Started);
            running.all_filled() && running.ahead == 0 && running.newest > signs
        });
        if line.value.is_some() {
            return line;
        }
        // What moves on while a row runs may be a heartbeat under another name.
        let begun = self.newest(Time::Started);
        let moves = self.portrait.columns.iter().filter_map(|column| {
            let facts = self.running_facts(&column.info.name);
            let is_other = !self.times.iter().any(|timed| {
                timed.column.info.name == column.info.name
                    && matches!(
                        timed.time,
                        Time::Heartbeat
                            | Time::Started
                            | Time::Lease
                            | Time::Deadline
                            | Time::Ended
                            | Time::NextEligible
                            | Time::Past
                    )
            });
            let is_fresh = facts.times > 0 && facts.ahead == 0 && facts.newest > begun && begun.is_some();
            (is_other && is_fresh).then(|| {
                let why = format!(
                    "among running rows later than any start; {}",
                    facts.age(self.calendar)
                );
                (Value::text(&column.info.name), why)
            })
        });
        let moves: Vec<_> = moves.collect();
        line.or_any(moves)
    }

    pub(super) fn started(&self) -> Line {
        self.line("started", Time::Started, |running, open| {
            running.all_filled() && open.none_filled()
        })
    }

    /// The end of a row that is over.
    pub(super) fn ended(&self) -> Line {
        let mut line = self.line("ended", Time::Ended, |running, _| running.none_filled());
        let left_over = |name: &String| {
            let facts = self.running_facts(name);
            (facts.filled > 0).then(|| format!("{} of {} running rows have one", facts.filled, facts.rows))
        };
        let names = line.names();
        let bad: Vec<_> = names
            .iter()
            .filter_map(|name| Some((name.clone(), left_over(name)?)))
            .collect();
        if !bad.is_empty() {
            let good: Vec<_> = names
                .into_iter()
                .filter(|name| !bad.iter().any(|(bad, _)| bad == name))
                .collect();
            if good.is_empty() {
                line = Line::none("ended", "none found that running rows do not have");
            } else {
                line.value = Some(Value::OneOrMore(good));
            }
            line = line.or_any(bad.into_iter().map(|(name, why)| (Value::text(name), why)));
        }
        line
    }

    /// How many running rows have an end there that is no earlier than any start of theirs: it is not left over from an
    /// attempt before.
    pub(super) fn over(&self, name: &str) -> usize {
        let places = |names: &[String]| -> Vec<usize> {
            let columns = self.portrait.columns.iter().enumerate();
            let found = columns.filter(|(_, column)| names.contains(&column.info.name));
            found.map(|(place, _)| place).collect()
        };
        let (end, starts) = (places(&[name.to_owned()]), places(&self.named(&[Time::Started])));
        let newest = |row: &Vec<Id>, places: &[usize]| {
            let values = places.iter().filter_map(|place| row.get(*place));
            values
                .filter_map(|value| reading(value.as_value(), self.calendar).at())
                .max()
        };
        let is_over = |row: &&Vec<Id>| newest(row, &end).is_some_and(|end| newest(row, &starts) <= Some(end));
        self.running.iter().filter(is_over).count()
    }

    pub(super) fn updated(&self) -> Line {
        let line = self.line("updated", Time::Updated, |_, _| false);
        let names = line.names();
        match names.iter().find(|name| self.portrait.is_triggered(name)) {
            None => line,
            Some(name) => {
                let why = "a trigger writes it with every change, whoever makes it";
                Line::none("updated", "none found that only a worker writes").or(Value::text(name), why)
            }
        }
    }

    pub(super) fn created(&self) -> Line {
        self.line("created", Time::Created, |_, _| false)
    }

    pub(super) fn next_eligible(&self) -> Line {
        let mut line = self.line("next_eligible", Time::NextEligible, |_, _| false);
        // One column plays this role: the one whose name says most.
        if let Some(Value::OneOrMore(names)) = &line.value
            && let [first, others @ ..] = names.as_slice()
        {
            let others: Vec<_> = others
                .iter()
                .map(|name| (Value::text(name), "named so as well".to_owned()))
                .collect();
            line.value = Some(Value::text(first));
            line = line.or_any(others);
        }
        line
    }

    /// The names of the columns that sound like one of these, or may.
    pub(super) fn like(&self, wanted: &[Time]) -> Vec<String> {
        let like = self.times.iter().filter(|timed| wanted.contains(&timed.time));
        like.map(Timed::name).collect()
    }

    /// The names of the columns that sound like one of these by themselves.
    pub(super) fn named(&self, wanted: &[Time]) -> Vec<String> {
        let named = self
            .times
            .iter()
            .filter(|timed| timed.sure && wanted.contains(&timed.time));
        named.map(Timed::name).collect()
    }

    pub(super) fn running_facts(&self, name: &str) -> Facts {
        self.portrait.facts(self.running, name, self.calendar)
    }

    pub(super) fn open_facts(&self, name: &str) -> Facts {
        self.portrait.facts(self.open, name, self.calendar)
    }

    pub(super) fn facts(&self, rows: &[Vec<Id>], name: &str) -> Facts {
        self.portrait.facts(rows, name, self.calendar)
    }

    fn newest(&self, time: Time) -> Option<Timestamp> {
        let columns = of(&self.times, time);
        columns
            .iter()
            .filter_map(|timed| self.running_facts(&timed.name()).newest)
            .max()
    }

    /// Every column that sounds so by itself; and those that may, where what running and waiting rows have in them
    /// `speaks_for` it.
    pub(super) fn line(&self, key: &str, time: Time, speaks_for: impl Fn(&Facts, &Facts) -> bool) -> Line {
        let columns = of(&self.times, time);
        let (mut names, mut said, mut doubtful) = (Vec::new(), Vec::new(), Vec::new());
        for timed in &columns {
            let name = timed.name();
            let (running, open) = (self.running_facts(&name), self.open_facts(&name));
            let is_ahead = running.ahead * 2 > running.times;
            let of_the_past = matches!(
                time,
                Time::Heartbeat | Time::Started | Time::Updated | Time::Ended
            );
            if of_the_past && is_ahead {
                doubtful.push((
                    Value::text(&name),
                    format!("{} of {} lie ahead of now", running.ahead, running.times),
                ));
            } else if timed.sure || speaks_for(&running, &open) {
                said.push(self.say(timed));
                names.push(name);
            } else {
                doubtful.push((Value::text(&name), self.say(timed)));
            }
        }
        if names.is_empty() {
            return Line::none(key, self.looked_for(time)).or_any(doubtful);
        }
        let is_needed = matches!(time, Time::Lease | Time::Heartbeat | Time::Started);
        let doubtful = doubtful.into_iter().filter(|_| is_needed);
        Line::found(key, Value::OneOrMore(names), said.join("; ")).or_any(doubtful)
    }

    /// What stands in the column.
    pub(super) fn say(&self, timed: &Timed<'_>) -> String {
        let name = &timed.column.info.name;
        let (facts, running) = (&timed.column.facts, self.running_facts(name));
        if facts.filled == 0 && running.filled == 0 {
            return format!("{name}: named so; there is no value yet");
        }
        if timed.time == Time::Ended {
            let running = running_have(running.filled, running.rows, "one");
            return format!(
                "{name}: {running}; {} of the newest {} of all have one",
                facts.times, facts.rows
            );
        }
        let (rows, of_what) = match running.rows {
            0 => (facts, format!("of the newest {} rows", facts.rows)),
            rows => (&running, format!("of {rows} running rows")),
        };
        let ahead = match rows.ahead {
            0 => String::new(),
            ahead => format!(", {ahead} of them ahead of now"),
        };
        format!(
            "{name}: {} {of_what} have a time{ahead}; {}",
            rows.times,
            rows.age(self.calendar)
        )
    }

    fn looked_for(&self, time: Time) -> String {
        let sounds = |timed: &&str| {
            super::times::sounds_like(&super::names::words(timed)).is_some_and(|(found, _)| found == time)
        };
        let names = self
            .portrait
            .columns
            .iter()
            .map(|column| column.info.name.as_str());
        let no_times: Vec<_> = names
            .filter(sounds)
            .filter(|name| !self.times.iter().any(|timed| timed.column.info.name == *name))
            .collect();
        if no_times.is_empty() {
            "none found: no column of times is called so".to_owned()
        } else {
            format!(
                "none found: {} is called so, but holds no times",
                no_times.join(", ")
            )
        }
    }
}
