//! The workers that tasks and runs name, where they have rows of their own: read in one look, as there are few.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::layout::{ID, WorkerLayout};
use super::print::print;
use super::row::{is_word, value, values};
use super::schema::Workers;
use super::signs::{Kind, Times};
use super::statements;
use crate::zombie::{Id, Notes, Signs, Worker};

/// All workers of a queue, by what names them.
#[derive(Default)]
pub(super) struct KnownWorkers {
    by_name: HashMap<Id, Arc<Worker>>,
    /// By their names in small letters, for a name that is not there as it is written: a queue may compare names so.
    folded: HashMap<Id, Arc<Worker>>,
    rows: usize,
}

impl KnownWorkers {
    pub(super) fn read(
        conn: &Connection,
        workers: &Workers,
        times: Times<'_>,
        notes: &mut Notes,
    ) -> rusqlite::Result<Self> {
        let layout = WorkerLayout::new(workers);
        let mut known = Self::default();
        let mut all = conn.prepare(&statements::all_workers(workers, &layout))?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let row = values(row, 0, layout.places.len())?;
            known.rows += 1;
            let worker = worker(&row, workers, &layout, times, notes);
            add(&mut known.folded, folded(&worker.id), worker.clone());
            add(&mut known.by_name, worker.id.by_value(), worker);
        }
        Ok(known)
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The worker that this value names, or that it is gone; `None` where it names none.
    pub(super) fn named(&self, name: ValueRef<'_>) -> Option<Arc<Worker>> {
        let id = Id::from(name);
        if id == Id::Null {
            return None;
        }
        let exactly = self.by_name.get(&id.by_value());
        let known = exactly
            .or_else(|| self.by_name.get(&id.by_number()))
            .or_else(|| self.folded.get(&folded(&id)))
            .cloned();
        // A worker may well be number 0; that nobody has this name says nothing where it is no name.
        if known.is_none() && id.is_none() {
            return None;
        }
        Some(known.unwrap_or_else(|| {
            Arc::new(Worker {
                id,
                is_gone: true,
                heartbeat: Signs::default(),
                started: Signs::default(),
                lease: Signs::default(),
                print: 0,
            })
        }))
    }
}

/// Of several rows of one name each may be the one that is meant.
fn add(known: &mut HashMap<Id, Arc<Worker>>, name: Id, worker: Worker) {
    let worker = match known.remove(&name) {
        None => worker,
        Some(other) => Worker {
            is_gone: worker.is_gone && other.is_gone,
            heartbeat: worker.heartbeat.and(&other.heartbeat),
            started: Signs::default(), // nothing says whose life it is
            lease: worker.lease.and(&other.lease),
            print: worker.print.wrapping_add(other.print),
            ..worker
        },
    };
    known.insert(name, Arc::new(worker));
}

/// A name in small letters, without blanks at its end.
fn folded(id: &Id) -> Id {
    match id {
        Id::Text(text) => Id::Text(text.trim_ascii_end().to_ascii_lowercase().as_slice().into()),
        id => id.by_value(),
    }
}

fn worker(
    row: &[ValueRef<'_>],
    workers: &Workers,
    layout: &WorkerLayout,
    times: Times<'_>,
    notes: &mut Notes,
) -> Worker {
    let status = layout.status.clone().next().map(|place| value(row, place));
    let is_gone = status.is_some_and(|status| workers.gone.iter().any(|word| is_word(status, word)));
    Worker {
        id: value(row, ID).into(),
        is_gone,
        heartbeat: times.signs(row, &layout.heartbeat, &layout.places, Kind::Heartbeat, notes),
        started: times.signs(row, &layout.started, &layout.places, Kind::Start, notes),
        lease: times.leases(row, &layout.lease, &layout.places, notes),
        print: print(row),
    }
}
