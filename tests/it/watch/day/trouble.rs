//! What befalls the machine, one after the other, with some time of quiet in between.

use rusqlite::Connection;
use zombie_sweeper::rusqlite;

use super::{HOUR, MINUTE, Machine, Micros, SECOND};
use crate::simulation::dice::Dice;

/// What begins, or where nobody could write, begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The machine sleeps for so long, and with it whatever runs on it.
    Suspended(Micros),
    /// The watch alone does.
    Stopped(Micros),
    /// The wall clock is set so far ahead.
    ClockSet(Micros),
    CannotWrite,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outage {
    Locked,
    Gone,
    Full,
}

pub(super) struct Troubles {
    /// Whose transaction everybody waits for.
    holder: Connection,
    dice: Dice,
    next_at: Micros,
    outage: Option<Outage>,
    /// Each with its beginning and its end.
    past: Vec<(Micros, Micros, String)>,
    is_over: bool,
}

impl Troubles {
    pub(super) fn new(holder: Connection, mut dice: Dice) -> Self {
        Self {
            holder,
            next_at: dice.between(10 * MINUTE, 60 * MINUTE),
            dice,
            outage: None,
            past: Vec::new(),
            is_over: false,
        }
    }

    pub(super) fn next_at(&self) -> Micros {
        self.next_at
    }

    /// None begins after this.
    pub(super) fn is_over_at(&mut self, at: Micros) {
        self.is_over = self.next_at > at;
        if self.is_over && self.outage.is_none() {
            self.next_at = Micros::MAX;
        }
    }

    pub(super) fn lets_write(&self) -> bool {
        self.outage.is_none()
    }

    pub(super) fn is_gone(&self) -> bool {
        self.outage == Some(Outage::Gone)
    }

    pub(super) fn is_full(&self) -> bool {
        self.outage == Some(Outage::Full)
    }

    /// The next trouble begins, or the one under way ends.
    pub(super) fn turn(&mut self, machine: &Machine) -> Kind {
        let now = machine.now;
        if let Some(outage) = self.outage.take() {
            if outage == Outage::Locked {
                self.holder.execute_batch("ROLLBACK").unwrap();
            }
            self.note_until(now);
            self.rest(now);
            return Kind::CannotWrite;
        }
        let long = self.dice.percent(50);
        let time = if long {
            self.dice.between(10 * MINUTE, 90 * MINUTE)
        } else {
            self.dice.between(5 * SECOND, 10 * MINUTE)
        };
        let kind = match self.dice.between(0, 5) {
            0 | 1 => Kind::Suspended(time),
            2 => Kind::Stopped(time),
            3 => {
                let choice = [0, 5 * SECOND, -5 * SECOND, HOUR, -HOUR];
                let place = self.dice.between(0, 4);
                Kind::ClockSet(choice[usize::try_from(place).unwrap()])
            }
            _ => Kind::CannotWrite,
        };
        let mut until = now;
        match kind {
            Kind::CannotWrite => {
                let outage = match self.dice.between(0, 2) {
                    0 => Outage::Locked,
                    1 => Outage::Gone,
                    _ => Outage::Full,
                };
                if outage == Outage::Locked {
                    self.holder.execute_batch("BEGIN IMMEDIATE").unwrap();
                }
                self.outage = Some(outage);
                self.next_at = now + time;
                self.past.push((now, now + time, format!("{outage:?}")));
                return kind;
            }
            Kind::Suspended(time) | Kind::Stopped(time) => until += time,
            // What was written by the other time is odd for as long as it was set by.
            Kind::ClockSet(_) => until += 2 * HOUR,
        }
        self.past.push((now, until, format!("{kind:?}")));
        self.rest(match kind {
            Kind::ClockSet(_) => now,
            _ => until,
        });
        kind
    }

    fn rest(&mut self, from: Micros) {
        // Now and then there is quiet for long enough to see that nothing is late.
        let most = if self.dice.percent(20) { 180 } else { 40 };
        self.next_at = from + self.dice.between(MINUTE, most * MINUTE);
    }

    /// The last one ended only now.
    pub(super) fn note_until(&mut self, now: Micros) {
        if let Some((_, until, _)) = self.past.last_mut() {
            *until = now.max(*until);
        }
    }

    pub(super) fn is_quiet(&self, from: Micros, to: Micros) -> bool {
        self.past
            .iter()
            .all(|(begun, ended, _)| *ended < from || *begun > to)
    }

    pub(super) fn last_before(&self, at: Micros) -> Option<String> {
        let mut begun = self.past.iter().rev().filter(|(begun, ..)| *begun <= at);
        begun
            .next()
            .map(|(begun, ended, what)| format!("{what}, from {} s to {} s", begun / SECOND, ended / SECOND))
    }

    pub(super) fn count(&self) -> usize {
        self.past.len()
    }
}
