use super::Queue;
use crate::rows::{rows, rows_of};

impl Queue {
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
}
