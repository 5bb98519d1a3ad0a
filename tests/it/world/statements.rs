//! What SQLite is asked, and how it goes about it.

use std::sync::{Arc, Mutex};

use zombie_sweeper::rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::World;

impl World {
    /// Every statement that SQLite runs meanwhile.
    pub(crate) fn statements(&mut self, meanwhile: impl FnOnce(&mut Self)) -> Vec<String> {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let statements = Arc::clone(&seen);
        let listen = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, _) = event {
                statements.lock().unwrap().push(statement.sql().into_owned());
            }
        };
        self.conn
            .trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(listen))
            .unwrap();
        meanwhile(self);
        self.conn
            .trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>)
            .unwrap();
        std::mem::take(&mut *seen.lock().unwrap())
    }

    /// The steps by which it runs one.
    pub(crate) fn plan(&self, sql: &str) -> Vec<String> {
        let mut plan = self.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut rows = plan.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get(3).unwrap());
        }
        steps
    }
}
