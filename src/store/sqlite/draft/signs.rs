//! What the signs that are in force say of one running task, and which other moments they leave open.

use std::time::Duration;

use super::super::signs::{Length, length};
use super::super::value::reading;
use super::found::Found;
use super::portrait::{Column, Portrait};
use crate::zombie::{Calendar, Id, Timestamp};

/// A heartbeat that is so much older than another moment shows as much as that.
const A_BEAT: Duration = Duration::from_secs(60);
/// What is written so soon after the start may belong to it.
const A_START: Duration = Duration::from_secs(10);

/// A row of a table.
#[derive(Clone, Copy)]
pub(super) struct Seen<'r> {
    pub(super) portrait: &'r Portrait,
    pub(super) row: &'r [Id],
}

impl<'r> Seen<'r> {
    pub(super) fn columns(self) -> impl Iterator<Item = (&'r Column, &'r Id)> {
        self.portrait.columns.iter().zip(self.row)
    }

    pub(super) fn value(self, name: &str) -> Option<&'r Id> {
        let mut columns = self.columns();
        columns
            .find(|(column, _)| column.info.name.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// What several columns say together, so that it can be compared.
    pub(super) fn key(self, names: &[String]) -> Option<Vec<Id>> {
        let values = names.iter().map(|name| {
            let value = self.value(name)?.by_value();
            (!value.is_none()).then_some(value)
        });
        let values: Vec<_> = values.collect::<Option<_>>()?;
        (!values.is_empty()).then_some(values)
    }

    /// The newest moment of these columns.
    pub(super) fn newest(self, names: &[String], calendar: &Calendar) -> Option<Timestamp> {
        let values = names.iter().filter_map(|name| self.value(name));
        values
            .filter_map(|value| reading(value.as_value(), calendar).at())
            .max()
    }

    /// The end of the lease in force.
    pub(super) fn lease(self, found: Found<'_>, section: &str, calendar: &Calendar) -> Option<Timestamp> {
        let span = found.span(section).and_then(|(start, seconds)| {
            let start = reading(self.value(start)?.as_value(), calendar).at()?;
            match length(self.value(seconds)?.as_value()) {
                Length::Of(time) => Some(start.plus(time)),
                Length::None | Length::Unreadable => None,
            }
        });
        span.or_else(|| self.newest(&found.names(section, "lease"), calendar))
    }
}

/// The newest of each sign that is in force.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signs {
    pub(super) beat: Option<Timestamp>,
    pub(super) start: Option<Timestamp>,
    pub(super) lease: Option<Timestamp>,
    /// It names a worker that is not there.
    pub(super) is_gone: bool,
}

impl Signs {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            beat: self.beat.max(other.beat),
            start: self.start.max(other.start),
            lease: self.lease.max(other.lease),
            is_gone: self.is_gone || other.is_gone,
        }
    }

    pub(super) fn is_nothing(self) -> bool {
        self.beat.is_none() && self.start.is_none() && self.lease.is_none()
    }

    /// Whether it was heard of since it began.
    pub(super) fn is_beating(self) -> bool {
        self.beat > self.start
    }

    /// The lease, unless it is left over from before.
    fn own_lease(self) -> Option<Timestamp> {
        self.lease
            .filter(|_| !self.is_beating() && self.lease >= self.start)
    }

    /// Whether it can be called dead at all.
    fn can_die(self) -> bool {
        !self.is_nothing() || self.is_gone
    }

    /// Whether a moment that plays no role is fresher than all of them, so that they may call a task dead that lives.
    pub(super) fn leave_open(self, at: Timestamp, now: Timestamp) -> bool {
        // A heartbeat of the very moment of the start may be the claim's own: then only a lease ahead decides.
        match self.own_lease() {
            Some(lease) if lease > now => return false,
            Some(lease) if self.beat.is_none() || self.beat < self.start => return at > lease,
            _ => {}
        }
        let within =
            |time: Duration, sign: Option<Timestamp>| sign.is_some_and(|sign| !at.is_later_by(time, sign));
        self.can_die() && !within(A_BEAT, self.beat) && !within(A_START, self.start)
    }

    /// Whether a lease that plays no role would protect it.
    pub(super) fn leave_open_a_lease(self, now: Timestamp) -> bool {
        let is_leased = self.own_lease().is_some_and(|lease| lease > now);
        self.can_die() && !self.is_beating() && !is_leased
    }
}
