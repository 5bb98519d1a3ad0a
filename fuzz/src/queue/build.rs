//! How a queue is made of bytes, decision by decision.

use rusqlite::Connection;

use super::table::{EVENTS, PROJECTS, RUNS, TASKS, WORKSPACES};
use super::{Holds, Queue, Table, story, triggers, values};
use crate::Choices;

/// How many decisions a schema takes at most.
const DECISIONS: usize = 256;

/// Those of them that only came to be once there was a corpus: what its inputs mean stays the same.
const ODD: usize = 224;

/// How many of them an input may change.
const MOST_ODDITIES: u8 = 48;

/// What a connection or a database may be set to, and must make no difference.
const SETTINGS: [&str; 4] = [
    "PRAGMA encoding = 'UTF-16le'",
    "PRAGMA reverse_unordered_selects = ON",
    "PRAGMA recursive_triggers = ON",
    // None of these is the queue's.
    "CREATE TEMP TABLE tasks (id, status, active_run_id); CREATE TEMP TABLE task_runs (id, task_id, status); \
     CREATE TEMP TABLE task_events (task_id, type); CREATE TEMP VIEW workspaces AS SELECT 1 AS task_id",
];

impl Queue {
    /// `None` where SQLite takes the schema for none.
    pub fn build(data: &[u8]) -> Option<Self> {
        let mut data = Choices::new(data);
        let mut decisions = [0; DECISIONS];
        for _ in 0..data.byte() % MOST_ODDITIES {
            decisions[usize::from(data.byte())] = data.byte();
        }
        let (schema, odd) = decisions.split_at(ODD);
        let (mut schema, mut odd) = (Choices::new(schema), Choices::new(odd));
        let conn = Connection::open(Self::URI).ok()?;
        conn.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA page_size = 512")
            .ok()?;
        for setting in SETTINGS {
            if schema.one_in(8) {
                conn.execute_batch(setting).ok()?;
            }
        }
        let mut tables =
            [TASKS, RUNS, EVENTS, WORKSPACES, PROJECTS].map(|spec| Table::new(spec, &mut schema, &mut odd));
        for table in tables.iter_mut().filter(|table| table.is_there) {
            conn.execute_batch(&table.sql).ok()?;
        }
        let [tasks, runs, events, workspaces, projects] = tables;
        let mut queue = Self {
            options: story::options(&mut schema),
            rival: Vec::new(),
            is_passive: true,
            is_yielding: [&tasks, &runs, &events, &workspaces]
                .iter()
                .all(|table| table.is_yielding),
            conn,
            tasks,
            runs,
            events,
            workspaces,
        };
        queue.index(&mut schema);
        queue.insert_rows(&mut data, &projects);
        triggers::add(&mut queue, &mut schema);
        story::rival(&mut queue, &mut schema);
        if schema.one_in(8) {
            queue.is_yielding = false;
            queue.conn.execute_batch("PRAGMA foreign_keys = ON").ok()?;
        }
        queue.options = story::more_options(queue.options, &mut odd);
        Some(queue)
    }

    fn index(&mut self, schema: &mut Choices<'_>) {
        let (tasks, runs) = (&self.tasks, &self.runs);
        let [id, status] = [Holds::TaskId, Holds::TaskStatus].map(|holds| tasks.quoted(holds));
        let indexes = [
            String::new(),
            format!("CREATE INDEX main.i ON {} ({status})", tasks.quoted_name()),
            format!(
                "CREATE INDEX main.i ON {} ({})",
                runs.quoted_name(),
                runs.quoted(Holds::TaskId)
            ),
            format!(
                "CREATE INDEX main.i ON {} ({id}) WHERE {status} = 'running'",
                tasks.quoted_name()
            ),
            format!(
                "CREATE INDEX main.i ON {} (lower({status}), {id} DESC)",
                tasks.quoted_name()
            ),
            format!(
                "CREATE UNIQUE INDEX main.i ON {} ({status}) WHERE {status} = 'open'",
                tasks.quoted_name()
            ),
        ];
        let chosen = usize::from(schema.byte()) % indexes.len();
        self.is_yielding &= chosen != 5;
        let _ = self.conn.execute_batch(&indexes[chosen]); // rows or names may be in its way
    }

    /// Rows for as long as the bytes last. A row that a constraint refuses is left out.
    fn insert_rows(&self, data: &mut Choices<'_>, projects: &Table) {
        const MOST: usize = 32;

        let tables = [&self.tasks, &self.runs, &self.workspaces, &self.events, projects];
        let mut counts = [0; 5];
        for _ in 0..MOST {
            if data.is_over() {
                break;
            }
            let which = data.pick(&[0, 1, 0, 1, 2, 3, 4]);
            let table = tables[which];
            let row: Vec<_> = table
                .written()
                .map(|column| values::value(column.holds, which, counts[which], data))
                .collect();
            counts[which] += 1;
            if table.is_there && !row.is_empty() {
                let _ = self
                    .conn
                    .execute(&table.insert(), rusqlite::params_from_iter(row));
            }
        }
    }
}
