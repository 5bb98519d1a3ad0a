//! What was reaped, and what became of it?

mod filters;
mod indexes;
mod missed;
mod order;
mod outcomes;
mod record;

use std::num::NonZeroUsize;

use zombie_sweeper::inspect::{History, HistoryOptions};

use crate::world::{NOW, World, moment};

fn all() -> HistoryOptions {
    HistoryOptions::at(NOW)
}

fn at_most(limit: usize) -> HistoryOptions {
    all().limit(NonZeroUsize::new(limit).unwrap())
}

/// The tasks listed.
fn tasks(history: &History) -> Vec<String> {
    history
        .reaps
        .iter()
        .map(|reap| reap.on_record.task_id.to_string())
        .collect()
}

impl World {
    /// A reap on record, whatever else there is.
    fn reaped(self, task: &str, when: &str) -> Self {
        self.event(
            task,
            "zombie_reaped",
            r#"{"reason": "stale_heartbeat"}"#,
            &moment(when),
        )
    }

    fn event(self, task: &str, kind: &str, payload: &str, at: &str) -> Self {
        let sql =
            "INSERT INTO task_events (task_id, event_type, payload, created_at) VALUES (?1, ?2, ?3, ?4)";
        self.conn.execute(sql, [task, kind, payload, at]).unwrap();
        self
    }
}
