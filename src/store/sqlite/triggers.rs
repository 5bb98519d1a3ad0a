use rusqlite::Connection;

use super::catalog::TableInfo;
use super::reach::{Reach, Surroundings, reach};
use super::schema::Schema;

/// The definitions of all triggers, and how far they look.
pub(super) fn triggers(queue: &Connection, schema: &Schema) -> rusqlite::Result<Vec<(String, Reach)>> {
    let volatile = queue
        .prepare(include_str!("sql/volatile_functions.sql"))?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut triggers = Vec::new();
    let mut statement = queue.prepare(include_str!("sql/triggers.sql"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (sql, on): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let own = on.and_then(|on| {
            schema
                .tables_written()
                .find(|table| table.name.eq_ignore_ascii_case(&on))
        });
        let own =
            own.map(|table| Ok::<_, rusqlite::Error>((table.name.as_str(), keys(queue, schema, table)?)));
        let around = Surroundings {
            ours: schema.tables_written().map(|table| table.name.as_str()).collect(),
            own: own.transpose()?,
            volatile: &volatile,
        };
        let reach = reach(&sql, &around);
        triggers.push((sql, reach));
    }
    Ok(triggers)
}

/// The names by which one row of a table is addressed, and no other.
fn keys<'t>(queue: &Connection, schema: &Schema, table: &'t TableInfo) -> rusqlite::Result<Vec<&'t str>> {
    let of_runs = schema.runs.as_ref().map(|runs| (&runs.table, &runs.id));
    let ids = [Some((&schema.tasks.table, &schema.tasks.id)), of_runs];
    let mut keys: Vec<_> = table.rowid().into_iter().collect();
    for column in &table.columns {
        let is_id = ids
            .iter()
            .flatten()
            .any(|(of, id)| of.name == table.name && id.name == column.name);
        if table.is_whole_key(column) || is_id && table.is_unique(queue, column)? {
            keys.push(&column.name);
        }
    }
    Ok(keys)
}
