//! What the columns of times say of a row: signs of life, ends, leases, and what is odd about them.

use std::ops::Range;
use std::time::Duration;

use rusqlite::types::ValueRef;

use super::layout::{LeasePlaces, Place};
use super::row::value;
use super::value::reading;
use crate::zombie::{Calendar, Flaw, Id, Moment, Notes, Reading, Signs, Timestamp};

/// How far ahead of *now* a moment may be before it is worth a warning. Below that it is a heartbeat that came in while
/// the sweep was reading.
const AHEAD: Duration = Duration::from_secs(60);

/// How far ahead a lease can be meant.
const LONGEST_LEASE: Duration = Duration::from_secs(366 * 24 * 3600);

/// How far ahead a moment may lie. They move with the clock while a sweep goes on; *now* does not.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Beyond it a warning is due.
    pub(super) ahead: Timestamp,
    /// Beyond it a sign of life is not believed.
    pub(super) signs: Timestamp,
    /// Beyond it a lease is not believed.
    leases: Timestamp,
}

impl Limits {
    pub(super) fn at(moment: Timestamp, stale_after: Duration) -> Self {
        Self {
            ahead: moment.plus(AHEAD),
            signs: moment.plus(stale_after),
            leases: moment.plus(LONGEST_LEASE),
        }
    }

    /// Beyond which moment a column of this kind is not believed.
    pub(super) fn horizon(&self, kind: Kind) -> Timestamp {
        match kind {
            Kind::Heartbeat | Kind::Sign => self.signs,
            Kind::Lease => self.leases,
            Kind::End | Kind::Start => Timestamp::MAX,
        }
    }
}

/// What a column of times says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Heartbeat,
    Sign,
    Lease,
    End,
    /// Of a worker: says which life it is, and of no work.
    Start,
}

/// Reads columns of times, as of one moment.
#[derive(Clone, Copy)]
pub(super) struct Times<'f> {
    pub(super) calendar: &'f Calendar,
    pub(super) limits: &'f Limits,
}

impl Times<'_> {
    /// What the columns of one role say of a row, taken together.
    pub(super) fn signs(
        self,
        row: &[ValueRef<'_>],
        range: &Range<usize>,
        places: &[Place],
        kind: Kind,
        notes: &mut Notes,
    ) -> Signs {
        let horizon = self.limits.horizon(kind);
        let mut signs = Signs::default();
        for (place, column) in range.clone().zip(places.get(range.clone()).unwrap_or_default()) {
            let value = value(row, place);
            let reading = reading(value, self.calendar);
            let shown = || Id::from(value).to_string();
            match reading {
                Reading::Absent => continue,
                Reading::Unreadable => notes.see_unreadable(&column.full_name, shown),
                Reading::At(moment) => {
                    if kind != Kind::Lease && moment.at > self.limits.ahead {
                        notes.see_ahead(&column.full_name, shown);
                    }
                    match kind {
                        Kind::Heartbeat => {
                            notes.see_sign(moment);
                            notes.see_heartbeat(&column.full_name, moment);
                        }
                        Kind::Sign => notes.see_sign(moment),
                        Kind::Lease => notes.see_lease(),
                        Kind::End | Kind::Start => {}
                    }
                }
            }
            signs.add(reading, horizon, &column.full_name, shown);
        }
        signs
    }

    /// The leases of a row: the moments, and the one that is a start and a length.
    pub(super) fn leases(
        self,
        row: &[ValueRef<'_>],
        lease: &LeasePlaces,
        places: &[Place],
        notes: &mut Notes,
    ) -> Signs {
        let mut signs = self.signs(row, &lease.moments, places, Kind::Lease, notes);
        let mut span = lease
            .span
            .clone()
            .zip(places.get(lease.span.clone()).unwrap_or_default());
        let (Some((start, start_column)), Some((seconds, seconds_column))) = (span.next(), span.next())
        else {
            return signs;
        };
        let (start, seconds) = (value(row, start), value(row, seconds));
        let reading = match (reading(start, self.calendar), length(seconds)) {
            (Reading::Absent, _) | (_, Length::None) => Reading::Absent,
            (Reading::Unreadable, _) => Reading::Unreadable,
            (Reading::At(_), Length::Unreadable) => {
                let shown = Id::from(seconds).to_string();
                signs.doubt(&seconds_column.full_name, shown, Flaw::Length);
                return signs;
            }
            (Reading::At(start), Length::Of(time)) => {
                notes.see_lease();
                let at = start.at.plus(time);
                Reading::At(Moment { at, ..start })
            }
        };
        let shown = || format!("{} and {}", Id::from(start), Id::from(seconds));
        signs.add(reading, self.limits.leases, &start_column.full_name, shown);
        signs
    }
}

/// How long a lease lasts from its start on.
pub(super) enum Length {
    None,
    Unreadable,
    Of(Duration),
}

pub(super) fn length(seconds: ValueRef<'_>) -> Length {
    let seconds = match Id::from(seconds) {
        id if id.is_blank() => return Length::None,
        id => match id.by_number() {
            Id::Integer(seconds) => u64::try_from(seconds).ok().map(Duration::from_secs),
            Id::Real(bits) => Duration::try_from_secs_f64(f64::from_bits(bits)).ok(),
            Id::Null | Id::Text(_) | Id::Blob(_) | Id::Several(_) => None,
        },
    };
    match seconds {
        Some(time) if time <= LONGEST_LEASE => Length::Of(time),
        _ => Length::Unreadable,
    }
}
