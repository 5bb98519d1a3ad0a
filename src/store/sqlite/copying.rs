use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Statement};

use super::catalog::TableInfo;
use super::keys::column;
use super::value::identifier;
use crate::zombie::Id;

/// Copies rows of one table, with their row ids.
pub(super) struct Copying<'c> {
    read: Statement<'c>,
    write: Statement<'c>,
}

impl<'c> Copying<'c> {
    /// `is_key` is whether a row of the table `t` is addressed by parameter 1.
    pub(super) fn new(
        queue: &'c Connection,
        conn: &'c Connection,
        table: &TableInfo,
        is_key: &str,
    ) -> rusqlite::Result<Self> {
        let columns = || table.columns.iter().filter(|info| !info.generated);
        let (rowid, name) = (table.rowid(), table.qualified_name());
        let read: Vec<_> = rowid
            .map(|rowid| format!("t.{rowid}"))
            .into_iter()
            .chain(columns().map(|info| column("t", info)))
            .collect();
        let write: Vec<_> = rowid
            .map(str::to_owned)
            .into_iter()
            .chain(columns().map(|info| identifier(&info.name)))
            .collect();
        let places = vec!["?"; write.len()].join(", ");
        let read = format!("SELECT {} FROM {name} AS t WHERE {is_key}", read.join(", "));
        let write = format!(
            "INSERT OR IGNORE INTO {name} ({}) VALUES ({places})",
            write.join(", ")
        );
        Ok(Self {
            read: queue.prepare(&read)?,
            write: conn.prepare(&write)?,
        })
    }

    pub(super) fn copy(&mut self, key: &Id) -> rusqlite::Result<()> {
        let places = self.write.parameter_count();
        let mut rows = self.read.query([key])?;
        while let Some(row) = rows.next()? {
            for place in 0..places {
                let value = ToSqlOutput::Borrowed(row.get_ref(place)?);
                self.write.raw_bind_parameter(place + 1, value)?;
            }
            self.write.raw_execute()?;
        }
        Ok(())
    }
}
