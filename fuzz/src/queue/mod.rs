//! A task queue made of bytes: every name the sweeper knows in every type, with every constraint, and rows that no
//! orchestrator would write. No bytes at all make a plain queue.

mod column;
mod story;
mod table;
mod triggers;
mod values;

use rusqlite::Connection;
use zombie_sweeper::SweepOptions;

pub use column::{Column, Holds};
pub use table::Table;

use crate::{Choices, rows, rows_of};
use table::{EVENTS, PROJECTS, RUNS, TASKS, WORKSPACES};

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

/// A queue in a database, and what it was made of.
pub struct Queue {
    pub conn: Connection,
    pub tasks: Table,
    pub runs: Table,
    pub events: Table,
    pub workspaces: Table,
    /// What to ask of the sweep.
    pub options: SweepOptions,
    /// What another connection writes right before the sweep takes the lock.
    pub rival: Vec<String>,
    /// Nothing in it writes on its own: no trigger does more than keep a log.
    pub is_passive: bool,
    /// Nothing in it can refuse what a sweep writes: no constraint, no strict type, no foreign key.
    pub is_yielding: bool,
}

impl Queue {
    /// Where the database is: in memory, and shared by the connections of this process.
    pub const URI: &str = "file:/queue?vfs=memdb";

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

    /// Tells what the bytes of an input mean.
    pub fn show(&self) {
        for row in rows(
            &self.conn,
            "SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL",
        )
        .unwrap()
        {
            eprintln!("{}", row[0]);
        }
        for table in [&self.tasks, &self.runs, &self.events, &self.workspaces] {
            let columns: Vec<_> = table.columns.iter().collect();
            for row in if table.is_there {
                rows_of(&self.conn, table, &columns)
            } else {
                Vec::new()
            } {
                eprintln!("{}: {row:?}", table.name);
            }
        }
        let Self {
            options,
            rival,
            is_passive,
            is_yielding,
            ..
        } = self;
        eprintln!("{rival:?} {is_passive} {is_yielding} {options:?}");
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
