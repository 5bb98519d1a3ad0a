use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::Connection;
use zombie_sweeper::SweepReport;
use zombie_sweeper::zombie::{Bytes, Calendar, Id, Reading, TimeZone};

use crate::now;
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
    after.runs_that_ended_are_history(queue);
    after.nothing_else_is_written(&queue.tasks);
    after.unreadable_times_are_left(&queue.tasks);
    after.each_has_its_event(&queue.events, ids_are_unique);
    if ids_are_unique {
        after.reaped_are_reset(&queue.tasks);
    }
}

/// Holds the only reap of a sweep to its promise that it is whole, whatever the queue's triggers did.
pub fn check_reap(queue: &Queue, report: &SweepReport) {
    let after = Aftermath {
        before: &queue.conn,
        after: &queue.conn,
        report,
    };
    after.reaped_are_reset(&queue.tasks);
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
            // One that names a task is that task's, whatever run it names.
            let holder = places
                .iter()
                .find(|place| columns[**place].holds == Holds::TaskId);
            match holder.map(|place| &row[*place]) {
                Some(holder) if !holder.is_none() => !self.is_reaped(holder),
                _ => !places.iter().any(|place| names_reaped(&row[*place])),
            }
        });
        assert_contains(&is, &was, table);
    }

    /// A run with a finished word is as it was, and so is one with a word that nobody knows: unless it is the active run
    /// of a reaped task, and nothing says that it has ended.
    fn runs_that_ended_are_history(&self, queue: &Queue) {
        let columns: Vec<_> = queue.runs.columns.iter().collect();
        let place = |holds| columns.iter().position(|column| column.holds == holds);
        let (Some(id), Some(status)) = (place(Holds::RunId), place(Holds::RunStatus)) else {
            return;
        };
        let ended = |column: &&Column| {
            ["completed_at", "finished_at", "ended_at"]
                .iter()
                .any(|name| column.name.eq_ignore_ascii_case(name))
        };
        let ended = columns.iter().position(ended);
        let named = queue.tasks.column(Holds::ActiveRun).map(|active| {
            let pointers = rows_of(self.before, &queue.tasks, &[active]);
            pointers.into_iter().flatten().collect::<Vec<_>>()
        });
        let [mut was, is] = [self.before, self.after].map(|conn| rows_of(conn, &queue.runs, &columns));
        let finished = ["completed", "failed", "aborted", "abandoned"].map(Id::from);
        was.retain(|row| {
            let has_ended = ended.is_some_and(|place| reading(&row[place]) != Reading::Absent);
            let is_named = named.iter().flatten().any(|pointer| same(pointer, &row[id]));
            finished.contains(&row[status]) || row[status] != Id::from("running") && (has_ended || !is_named)
        });
        assert_contains(&is, &was, &queue.runs);
    }

    /// When a task was updated is left as it is where nobody understands it.
    fn unreadable_times_are_left(&self, tasks: &Table) {
        let mut kept: Vec<_> = tasks.columns.iter().collect();
        kept.retain(|column| column.holds == Holds::TaskId || column.name.eq_ignore_ascii_case("updated_at"));
        let Some(updated) = kept.iter().position(|column| column.holds != Holds::TaskId) else {
            return;
        };
        let [mut was, is] = [self.before, self.after].map(|conn| rows_of(conn, tasks, &kept));
        was.retain(|row| reading(&row[updated]) == Reading::Unreadable);
        assert_contains(&is, &was, tasks);
    }

    /// A task's id, kind, start and the like are as they were, whether it was reaped or not. A lease is let go of.
    fn nothing_else_is_written(&self, tasks: &Table) {
        let mut kept: Vec<_> = tasks.columns.iter().collect();
        kept.retain(|column| match column.holds {
            Holds::TaskStatus | Holds::ActiveRun | Holds::Held => false,
            Holds::Time => ![
                "updated_at",
                "next_eligible_at",
                "next_run_at",
                "lease_until",
                "locked_until",
            ]
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
        let key = key_columns(self.after, &tasks.name);
        for row in rows_of(self.after, tasks, &columns) {
            if !self.is_reaped(&row[id]) {
                continue;
            }
            assert_eq!(row[status], Id::from("open"), "{row:?}");
            for (column, value) in columns.iter().zip(&row) {
                let is_cleared =
                    matches!(column.holds, Holds::Held | Holds::ActiveRun) && !key.contains(&column.name);
                if is_cleared && !column.generated && column.has_constant_default() {
                    assert_eq!(*value, empty(column, tasks.is_strict), "{column:?} in {row:?}");
                }
            }
        }
    }
}

/// The columns of a table's key, which no reap clears.
fn key_columns(conn: &Connection, table: &str) -> Vec<String> {
    let mut statement = conn
        .prepare("SELECT name FROM pragma_table_info(?, 'main') WHERE pk > 0")
        .unwrap();
    let names = statement.query_map([table], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

/// What a value says as a time.
fn reading(value: &Id) -> Reading {
    let calendar = Calendar::new(now().into(), TimeZone::default());
    match value {
        Id::Null => Reading::Absent,
        Id::Integer(number) => calendar.integer(*number).0,
        Id::Real(bits) => calendar.real(f64::from_bits(*bits)).0,
        Id::Text(bytes) => calendar.text(bytes).0,
        Id::Blob(bytes) if bytes.trim_ascii().is_empty() => Reading::Absent,
        Id::Blob(_) | Id::Several(_) => Reading::Unreadable,
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
