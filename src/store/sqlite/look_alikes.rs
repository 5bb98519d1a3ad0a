//! Columns that look as if somebody had shown life there, and that nothing reads: by their names, or because they are
//! fresher than every sign that is known.

use rusqlite::{Connection, Statement};

use super::catalog::{ColumnInfo, TableInfo};
use super::facts::Facts;
use super::keys::{column, is_key};
use super::schema::Schema;
use super::value::reading;
use crate::zombie::{Id, Notes, Reading, Timestamp, Zombie};

/// Looks at the columns without a role in the rows of zombies that are silent.
pub(super) fn see(
    conn: &Connection,
    schema: &Schema,
    facts: &Facts<'_>,
    zombies: &[&Zombie],
    notes: &mut Notes,
) -> rusqlite::Result<()> {
    if zombies.is_empty() {
        return Ok(());
    }
    for (table, column) in schema.look_alikes() {
        notes.see_look_alike(&full_name(table, column), "is called like a heartbeat");
    }
    let (tasks, runs) = (&schema.tasks, &schema.runs);
    let mut of_tasks = Rows::new(conn, &tasks.table, tasks.without_role().collect())?;
    let mut of_runs = match runs {
        Some(runs) => Some(Rows::new(conn, &runs.table, runs.without_role().collect())?),
        None => None,
    };
    for zombie in zombies {
        let Some(sign) = zombie.evidence.sign_of_life else {
            continue;
        };
        of_tasks.see(facts, &zombie.suspect.key, sign, notes)?;
        if let (Some(run), Some(of_runs)) = (zombie.active_run(), &mut of_runs) {
            of_runs.see(facts, &run.key, sign, notes)?;
        }
    }
    Ok(())
}

/// The columns of a table that play no role.
struct Rows<'t> {
    table: &'t TableInfo,
    columns: Vec<&'t ColumnInfo>,
    row: Option<Statement<'t>>,
}

impl<'t> Rows<'t> {
    fn new(
        conn: &'t Connection,
        table: &'t TableInfo,
        columns: Vec<&'t ColumnInfo>,
    ) -> rusqlite::Result<Self> {
        let names: Vec<_> = columns.iter().map(|info| column("t", info)).collect();
        let sql = format!(
            "SELECT {} FROM {} AS t WHERE {}",
            names.join(", "),
            table.qualified_name(),
            is_key("t", table)
        );
        let row = (!columns.is_empty()).then(|| conn.prepare(&sql)).transpose()?;
        Ok(Self { table, columns, row })
    }

    /// Notes what is fresher than the newest known sign, and not ahead of now, as a deadline or the next start would be.
    fn see(
        &mut self,
        facts: &Facts<'_>,
        key: &Id,
        sign: Timestamp,
        notes: &mut Notes,
    ) -> rusqlite::Result<()> {
        let Some(statement) = &mut self.row else {
            return Ok(());
        };
        let mut rows = statement.query([key])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        for (place, column) in self.columns.iter().enumerate() {
            if let Reading::At(moment) = reading(row.get_ref(place)?, &facts.calendar)
                && moment.at > sign
                && moment.at <= facts.calendar.now()
            {
                let why = "is fresher than every sign of life of a zombie";
                notes.see_look_alike(&full_name(self.table, column), why);
            }
        }
        Ok(())
    }
}

fn full_name(table: &TableInfo, column: &ColumnInfo) -> String {
    format!("{}.{}", table.name, column.name)
}
