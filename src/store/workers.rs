//! The workers that tasks and runs name, where they have rows of their own: read in one look, as there are few.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::facts::{Facts, is_word, value, values};
use super::layout::{ID, WorkerLayout};
use super::print::print;
use super::schema::Workers;
use super::signs::Kind;
use super::statements;
use crate::zombie::{Id, Notes, Signs, Worker};

/// All workers of a queue, by what names them.
#[derive(Default)]
pub(super) struct KnownWorkers(HashMap<Id, Arc<Worker>>);

impl KnownWorkers {
    pub(super) fn read(
        conn: &Connection,
        workers: &Workers,
        facts: &Facts<'_>,
        notes: &mut Notes,
    ) -> rusqlite::Result<Self> {
        let layout = WorkerLayout::new(workers);
        let mut known = Self::default();
        let mut all = conn.prepare(&statements::all_workers(workers, &layout))?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let row = values(row, 0, layout.places.len())?;
            known.add(worker(&row, workers, &layout, facts, notes));
        }
        Ok(known)
    }

    /// Of several rows of one name each may be the one that is meant.
    fn add(&mut self, worker: Worker) {
        let name = worker.id.by_value();
        let worker = match self.0.remove(&name) {
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
        self.0.insert(name, Arc::new(worker));
    }

    /// The worker that this value names, or that it is gone; `None` where it names none.
    pub(super) fn named(&self, name: ValueRef<'_>) -> Option<Arc<Worker>> {
        let id = Id::from(name);
        if id.is_none() {
            return None;
        }
        let known = self.0.get(&id.by_value()).or_else(|| self.0.get(&id.by_number()));
        let known = known.cloned();
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

fn worker(
    row: &[ValueRef<'_>],
    workers: &Workers,
    layout: &WorkerLayout,
    facts: &Facts<'_>,
    notes: &mut Notes,
) -> Worker {
    let status = layout.status.clone().next().map(|place| value(row, place));
    let is_gone = status.is_some_and(|status| workers.gone.iter().any(|word| is_word(status, word)));
    Worker {
        id: value(row, ID).into(),
        is_gone,
        heartbeat: facts.signs(row, &layout.heartbeat, &layout.places, Kind::Heartbeat, notes),
        started: facts.signs(row, &layout.started, &layout.places, Kind::Start, notes),
        lease: facts.leases(row, &layout.lease, &layout.places, notes),
        print: print(row),
    }
}
