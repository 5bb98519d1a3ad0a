use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::Connection;
use zombie_sweeper::SweepReport;
use zombie_sweeper::zombie::{Bytes, Id};

use crate::queue::{Column, Holds, Queue, Table};
use crate::rows::{Row, rows, rows_of, same};

/// Compares a queue that nothing but a sweep changed with what it was before.
pub fn check_aftermath(before: &Connection, queue: &Queue, report: &SweepReport, ids_are_unique: bool) {
    let after = Aftermath {
        before,
        after: &queue.conn,
        report,
    };
    after.others_are_untouched(&queue.tasks, &[Holds::TaskId], &[]);
    let runs = after.runs_reaped(queue);
    after.others_are_untouched(&queue.runs, &[Holds::TaskId], &[]);
    after.others_are_untouched(&queue.workspaces, &[Holds::TaskId, Holds::RunId], &runs);
    after.finished_runs_are_history(&queue.runs);
    after.nothing_else_is_written(&queue.tasks);
    after.each_has_its_event(&queue.events, ids_are_unique);
    if ids_are_unique {
        after.reaped_are_reset(&queue.tasks);
    }
}

struct Aftermath<'a> {
    before: &'a Connection,
    after: &'a Connection,
    report: &'a SweepReport,
}

impl Aftermath<'_> {
    fn is_reaped(&self, id: &Id) -> bool {
        self.report.reaps.iter().any(|reap| same(&reap.task_id, id))
    }

    /// The ids of the runs of reaped tasks.
    fn runs_reaped(&self, queue: &Queue) -> Vec<Id> {
        let [Some(run), Some(task)] = [Holds::RunId, Holds::TaskId].map(|holds| queue.runs.column(holds))
        else {
            return Vec::new();
        };
        let mut runs = rows_of(self.before, &queue.runs, &[task, run]);
        runs.retain(|row| self.is_reaped(&row[0]));
        runs.into_iter().filter_map(|mut row| row.pop()).collect()
    }

    /// A row that names no reaped task, and none of these ids, is as it was; and no row came or went.
    fn others_are_untouched(&self, table: &Table, by: &[Holds], ids: &[Id]) {
        if !table.is_there {
            return;
        }
        let columns: Vec<_> = table.columns.iter().collect();
        let places: Vec<_> = (0..columns.len())
            .filter(|place| by.contains(&columns[*place].holds))
            .collect();
        let [mut was, is] = [self.before, self.after].map(|conn| rows_of(conn, table, &columns));
        assert_eq!(was.len(), is.len(), "rows of {}", table.name);
        was.retain(|row| {
            let names_reaped = |id: &Id| self.is_reaped(id) || ids.iter().any(|known| same(known, id));
            !places.iter().any(|place| names_reaped(&row[*place]))
        });
        assert_contains(&is, &was, table);
    }

    fn finished_runs_are_history(&self, runs: &Table) {
        let columns: Vec<_> = runs.columns.iter().collect();
        let Some(status) = columns.iter().position(|column| column.holds == Holds::RunStatus) else {
            return;
        };
        let [mut was, is] = [self.before, self.after].map(|conn| rows_of(conn, runs, &columns));
        let finished = ["completed", "failed", "aborted", "abandoned"].map(Id::from);
        was.retain(|row| finished.contains(&row[status]));
        assert_contains(&is, &was, runs);
    }

    /// A task's id, kind, start and the like are as they were, whether it was reaped or not.
    fn nothing_else_is_written(&self, tasks: &Table) {
        let mut kept: Vec<_> = tasks.columns.iter().collect();
        kept.retain(|column| match column.holds {
            Holds::TaskStatus | Holds::ActiveRun | Holds::Held => false,
            Holds::Time => !["updated_at", "next_eligible_at", "next_run_at"]
                .iter()
                .any(|name| column.name.eq_ignore_ascii_case(name)),
            _ => true,
        });
        let [was, is] = [self.before, self.after].map(|conn| rows_of(conn, tasks, &kept));
        assert_contains(&is, &was, tasks);
    }

    fn each_has_its_event(&self, events: &Table, ids_are_unique: bool) {
        let [Some(kind), Some(task)] = [Holds::EventType, Holds::TaskId].map(|holds| events.column(holds))
        else {
            return;
        };
        let payload = events.column(Holds::Payload).filter(|payload| !payload.generated);
        let columns: Vec<_> = [kind, task].into_iter().chain(payload).collect();
        let mut recorded = rows_of(self.after, events, &columns);
        recorded.retain(|row| row[0] == Id::from("zombie_reaped"));
        assert_eq!(recorded.len(), self.report.reaps.len(), "events: {recorded:?}");
        for row in recorded {
            let reap = self
                .report
                .reaps
                .iter()
                .find(|reap| same(&reap.task_id, &row[1]))
                .expect("a reap");
            if let Some(Id::Text(payload)) = row.get(2) {
                let payload: serde_json::Value = serde_json::from_slice(payload).expect("a JSON payload");
                assert!(
                    !ids_are_unique || payload["reason"] == reap.reason.to_string(),
                    "{payload}"
                );
            }
        }
    }

    fn reaped_are_reset(&self, tasks: &Table) {
        let columns: Vec<_> = tasks.columns.iter().collect();
        let place = |holds| columns.iter().position(|column| column.holds == holds).unwrap();
        let [id, status] = [Holds::TaskId, Holds::TaskStatus].map(place);
        for row in rows_of(self.after, tasks, &columns) {
            if !self.is_reaped(&row[id]) {
                continue;
            }
            assert_eq!(row[status], Id::from("open"), "{row:?}");
            for (column, value) in columns.iter().zip(&row) {
                let is_cleared = matches!(column.holds, Holds::Held | Holds::ActiveRun);
                if is_cleared && !column.generated && column.has_constant_default() {
                    assert_eq!(*value, empty(column, tasks.is_strict), "{column:?} in {row:?}");
                }
            }
        }
    }
}

/// Each of these rows, as often as it is there.
fn assert_contains(all: &[Row], these: &[Row], table: &Table) {
    let mut counts: HashMap<_, usize> = HashMap::new();
    for row in all {
        *counts.entry(row).or_default() += 1;
    }
    for row in these {
        let count = counts.get_mut(row).filter(|count| **count > 0);
        *count.unwrap_or_else(|| panic!("{} had {row:?}, and now has {all:?}", table.name)) -= 1;
    }
}

/// What SQLite itself puts into a column that is not mentioned; where that is NULL and must not be, nothing of its type.
fn empty(column: &Column, strict: bool) -> Id {
    type Key = (&'static str, Option<&'static str>, bool, bool);
    thread_local! {
        static KNOWN: RefCell<HashMap<Key, Id>> = RefCell::default();
    }
    let key = (column.declared_type, column.default, column.not_null, strict);
    let ask = || {
        let conn = Connection::open_in_memory().unwrap();
        let default = column
            .default
            .map_or_else(String::new, |default| format!("DEFAULT {default}"));
        let options = if strict { "STRICT" } else { "" };
        conn.execute_batch(&format!(
            "CREATE TABLE d (x INT, c {} {default}) {options}",
            column.declared_type
        ))
        .unwrap();
        let _ = conn.execute_batch("INSERT INTO d (x) VALUES (1)"); // a strict type refuses a default of another
        let value = rows(&conn, "SELECT c FROM d")
            .unwrap()
            .pop()
            .and_then(|mut row| row.pop())
            .unwrap_or(Id::Null);
        match (value, column.declared_type) {
            (Id::Null, _) if !column.not_null => Id::Null,
            (Id::Null, "INT" | "INTEGER") if strict => Id::from(0),
            (Id::Null, "REAL") if strict => Id::Real(0_f64.to_bits()),
            (Id::Null, "BLOB") if strict => Id::Blob(Bytes::default()),
            (Id::Null, _) => Id::from(""),
            (value, _) => value,
        }
    };
    KNOWN.with_borrow_mut(|known| known.entry(key).or_insert_with(ask).clone())
}
