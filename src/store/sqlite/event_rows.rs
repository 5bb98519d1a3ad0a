//! The queue's events, and the reaps that they tell of. Whoever wrote the payload, and whatever stands in it: what cannot be
//! read of it is not said, and the reap is told all the same.

use std::time::Duration;

use rusqlite::{Connection, Row};
use serde_json::Value;

use super::query_plan::note_missing_index;
use super::questions;
use super::schema::Events;
use super::value::reading;
use crate::zombie::{
    Calendar, Condition, EventOfTask, Id, Moment, Notes, Parking, PastReap, RunLeft, Share, Timestamp,
};

/// What an age in seconds is exact to in a payload, rounded as it may be.
const AGE_US: u32 = 10;

/// The values of one event.
pub(super) struct EventRow {
    pub(super) task: Id,
    kind: Id,
    time: Id,
    actor: Id,
    payload: Id,
    run: Id,
}

impl EventRow {
    /// Of kind, time, actor, payload and run, from this place on.
    pub(super) fn read(task: Id, row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let get = |place: usize| row.get_ref(first + place).map(Id::from);
        Ok(Self {
            task,
            kind: get(0)?,
            time: get(1)?,
            actor: get(2)?,
            payload: get(3)?,
            run: get(4)?,
        })
    }

    /// Whether it is of this type.
    pub(super) fn is_called(&self, kind: &str) -> bool {
        self.kind.by_value() == Id::from(kind).by_value()
    }

    /// That there was such an event.
    pub(super) fn told(&self, calendar: &Calendar) -> EventOfTask {
        EventOfTask {
            at: reading(self.time.as_value(), calendar).at(),
            kind: self.kind.to_string(),
            actor: shown(&self.actor),
        }
    }

    fn payload(&self) -> Value {
        match &self.payload {
            Id::Text(bytes) | Id::Blob(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
            Id::Null | Id::Integer(_) | Id::Real(_) | Id::Several(_) => Value::Null,
        }
    }

    /// What stood in this column of the task before the reap that it tells of.
    pub(super) fn overwritten(&self, column: &str) -> Option<String> {
        match self.payload().get("overwritten")?.get("task")?.get(column)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// The parking that it tells of.
    pub(super) fn parking(&self, calendar: &Calendar) -> Parking {
        let reaps = self.payload().get("reaps").and_then(Value::as_u64);
        Parking {
            since: self.told(calendar).at,
            reaps: reaps.and_then(|reaps| reaps.try_into().ok()),
        }
    }

    /// The reap that it tells of.
    pub(super) fn reap(&self, calendar: &Calendar) -> PastReap {
        let payload = self.payload();
        let text = |key: &str| payload.get(key).and_then(Value::as_str);
        let sign_of_life = text("sign_of_life").and_then(|at| calendar.text(at.as_bytes()).0.at());
        // The event's own time, else what the payload comes to.
        let by_age = || {
            let age = payload.get("age_s").and_then(Value::as_f64)?;
            Some(Moment {
                at: sign_of_life?.plus(Duration::try_from_secs_f64(age).ok()?),
                unit_us: AGE_US,
                naive: false,
            })
        };
        let at = reading(self.time.as_value(), calendar).moment().or_else(by_age);
        let run = [text("run_id").map(Id::from), Some(self.run.clone())];
        let count = |key: &str| {
            let counted = payload.get("sweep").and_then(|sweep| sweep.get(key)?.as_u64());
            usize::try_from(counted.unwrap_or_default()).unwrap_or(usize::MAX)
        };
        let share = Share {
            running: count("running"),
            zombies: count("zombies"),
        };
        let run_id = run.into_iter().flatten().find(|id| !id.is_none());
        PastReap {
            at: at.map_or(Timestamp::EPOCH, |at| at.at),
            unit_us: at.map_or(1, |at| at.unit_us),
            task_id: self.task.clone(),
            run_left: run_id.as_ref().and_then(|run| run_left(&payload, run)),
            run_id,
            reason: text("reason").unwrap_or_default().to_owned(),
            sign_of_life,
            condition: text("condition").and_then(Condition::of),
            threshold: payload
                .get("threshold_s")
                .and_then(Value::as_f64)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            held: held(&payload),
            actor: shown(&self.actor).or_else(|| text("actor").map(str::to_owned)),
            is_parked: payload.get("parked") == Some(&Value::Bool(true)),
            is_of_a_fleet: share.is_a_fleet(),
        }
    }
}

/// How it left its run.
fn run_left(payload: &Value, run: &Id) -> Option<RunLeft> {
    let abandoned = payload.get("released")?.get("runs")?.as_array()?;
    let run = run.to_string();
    if abandoned.iter().any(|id| id.as_str() == Some(&*run)) {
        return Some(RunLeft::Abandoned);
    }
    let status = payload.get("run_status")?.as_str()?;
    Some(RunLeft::As(status.to_owned()))
}

/// What the task held.
fn held(payload: &Value) -> Option<Vec<(String, Id)>> {
    let held = payload.get("released")?.get("task")?.as_object()?;
    let value = |value: &Value| match value {
        Value::Null => Id::Null,
        Value::String(text) => Id::from(text.as_str()),
        other => Id::from(other.to_string().as_str()),
    };
    Some(
        held.iter()
            .map(|(column, held)| (column.clone(), value(held)))
            .collect(),
    )
}

/// A value as text, where there is one.
fn shown(value: &Id) -> Option<String> {
    (!value.is_blank()).then(|| value.to_string())
}

/// The latest events of a task, of one kind where one is named.
pub(super) fn of_task(
    conn: &Connection,
    events: &Events,
    task: &Id,
    kind: Option<&str>,
    most: usize,
    notes: &mut Notes,
) -> rusqlite::Result<Vec<EventRow>> {
    let mut statement = conn.prepare(&questions::events_of_task(events, kind, most))?;
    // An id of several columns stands in one as it is shown.
    let text = Id::from(task.to_string().as_str());
    let mut rows = statement.query((task, &text))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(EventRow::read(task.clone(), row, 0)?);
    }
    drop(rows);
    let missing = (&events.table, &events.task);
    note_missing_index(conn, &statement, found.len(), missing, notes);
    Ok(found)
}
