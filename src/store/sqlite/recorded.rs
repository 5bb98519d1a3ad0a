//! How our own events are read back: what a reap was, as its record has it.

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde::Deserialize;

use super::value::reading;
use crate::zombie::{Calendar, Id, PastReap, Share, Timestamp};

/// The payload of an event, as far as anybody asks. What is written otherwise is as good as not there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Recorded {
    reason: Option<String>,
    run_id: Option<String>,
    sign_of_life: Option<String>,
    actor: Option<String>,
    parked: bool,
    sweep: Counts,
}

/// How many tasks the sweep had seen running when it wrote, and how many of them were zombies.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Counts {
    running: usize,
    zombies: usize,
}

impl From<Counts> for Share {
    fn from(Counts { running, zombies }: Counts) -> Self {
        Self { running, zombies }
    }
}

impl Recorded {
    fn read(payload: ValueRef<'_>) -> Self {
        let bytes = match payload {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => return Self::default(),
        };
        serde_json::from_slice(bytes).unwrap_or_default()
    }
}

/// When an event was written, where its time can be read.
pub(super) fn moment(
    row: &Row<'_>,
    place: usize,
    calendar: &Calendar,
) -> rusqlite::Result<Option<Timestamp>> {
    let time = reading(row.get_ref(place)?, calendar);
    Ok(time.at())
}

/// The reap that an event of ours tells of: its task, type, time, payload and actor stand in this order.
pub(super) fn reap(row: &Row<'_>, at: Timestamp, calendar: &Calendar) -> rusqlite::Result<PastReap> {
    let recorded = Recorded::read(row.get_ref(3)?);
    let actor = Id::from(row.get_ref(4)?);
    let sign = recorded.sign_of_life.as_deref();
    Ok(PastReap {
        at,
        task_id: Id::from(row.get_ref(0)?),
        run_id: recorded.run_id.as_deref().map(Id::from),
        reason: recorded.reason.unwrap_or_default(),
        sign_of_life: sign.and_then(|sign| calendar.text(sign.as_bytes()).0.at()),
        actor: recorded
            .actor
            .or_else(|| (!actor.is_blank()).then(|| actor.to_string())),
        is_parked: recorded.parked,
        is_of_a_fleet: Share::from(recorded.sweep).is_a_fleet(),
    })
}
