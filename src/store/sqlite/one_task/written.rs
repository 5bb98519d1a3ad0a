//! Every time that stands in a row, as it is written and as it is read.

use std::ops::Range;

use rusqlite::types::ValueRef;

use crate::store::sqlite::facts::Facts;
use crate::store::sqlite::layout::{LeasePlaces, Place, WorkerLayout};
use crate::store::sqlite::row::value;
use crate::store::sqlite::signs::{Kind, Length, length};
use crate::store::sqlite::value::reading;
use crate::zombie::{Id, Moment, Part, Reading, Whose, WrittenSign};

/// One row, and whose it is.
struct Written<'w> {
    facts: &'w Facts<'w>,
    row: &'w [ValueRef<'w>],
    places: &'w [Place],
    whose: Whose,
    found: Vec<WrittenSign>,
}

impl Written<'_> {
    fn add(&mut self, range: &Range<usize>, part: Part, kind: Kind) {
        for (place, column) in range
            .clone()
            .zip(self.places.get(range.clone()).unwrap_or_default())
        {
            let value = value(self.row, place);
            let reading = reading(value, &self.facts.calendar);
            self.push(part, kind, column, Id::from(value).to_string(), reading);
        }
    }

    fn add_leases(&mut self, lease: &LeasePlaces) {
        self.add(&lease.moments, Part::Lease, Kind::Lease);
        let columns = self.places.get(lease.span.clone()).unwrap_or_default();
        let mut span = lease.span.clone().zip(columns);
        let (Some((start, column)), Some((seconds, _))) = (span.next(), span.next()) else {
            return;
        };
        let (start, seconds) = (value(self.row, start), value(self.row, seconds));
        let shown = format!("{} and {}", Id::from(start), Id::from(seconds));
        let reading = match (reading(start, &self.facts.calendar), length(seconds)) {
            (Reading::Absent, _) | (_, Length::None) => Reading::Absent,
            (Reading::Unreadable, _) | (_, Length::Unreadable) => Reading::Unreadable,
            (Reading::At(from), Length::Of(time)) => Reading::At(Moment {
                at: from.at.plus(time),
                ..from
            }),
        };
        self.push(Part::Lease, Kind::Lease, column, shown, reading);
    }

    fn push(&mut self, part: Part, kind: Kind, column: &Place, value: String, reading: Reading) {
        let horizon = self.facts.limits.horizon(kind);
        self.found.push(WrittenSign {
            whose: self.whose.clone(),
            part,
            column: column.full_name.clone(),
            value,
            reading,
            is_ahead: reading.at().is_some_and(|at| at > horizon),
        });
    }
}

/// Of a task.
pub(super) fn of_task(facts: &Facts<'_>, row: &[ValueRef<'_>]) -> Vec<WrittenSign> {
    let layout = &facts.tasks;
    let mut written = Written {
        facts,
        row,
        places: &layout.places,
        whose: Whose::Task,
        found: Vec::new(),
    };
    written.add(&layout.heartbeat, Part::Heartbeat, Kind::Heartbeat);
    written.add(&layout.started, Part::Start, Kind::Sign);
    written.add(&layout.updated, Part::Update, Kind::Sign);
    written.add(&layout.ended, Part::End, Kind::End);
    written.add_leases(&layout.lease);
    written.found
}

/// Of a run.
pub(super) fn of_run(facts: &Facts<'_>, row: &[ValueRef<'_>], key: &Id, id: &Id) -> Vec<WrittenSign> {
    let layout = &facts.runs;
    let mut written = Written {
        facts,
        row,
        places: &layout.places,
        whose: Whose::Run {
            key: key.clone(),
            id: id.clone(),
        },
        found: Vec::new(),
    };
    written.add(&layout.heartbeat, Part::Heartbeat, Kind::Heartbeat);
    written.add(&layout.started, Part::Start, Kind::Sign);
    written.add(&layout.created, Part::Creation, Kind::Sign);
    written.add(&layout.ended, Part::End, Kind::End);
    written.add_leases(&layout.lease);
    written.found
}

/// Of a worker.
pub(super) fn of_worker(
    facts: &Facts<'_>,
    layout: &WorkerLayout,
    row: &[ValueRef<'_>],
    id: &Id,
) -> Vec<WrittenSign> {
    let mut written = Written {
        facts,
        row,
        places: &layout.places,
        whose: Whose::Worker(id.clone()),
        found: Vec::new(),
    };
    written.add(&layout.heartbeat, Part::Heartbeat, Kind::Heartbeat);
    written.add(&layout.started, Part::Life, Kind::Start);
    written.add_leases(&layout.lease);
    written.found
}
