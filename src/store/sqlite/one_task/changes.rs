//! What a reap would write: it is written, by what writes it in a sweep, to the tables in memory once more, and the rows are
//! compared.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::options::SweepOptions;
use crate::store::inquiry::Untold;
use crate::store::sqlite::apply::said;
use crate::store::sqlite::catalog::{ColumnInfo, TableInfo};
use crate::store::sqlite::keys::{column, key};
use crate::store::sqlite::replica::Replica;
use crate::store::sqlite::schema::Schema;
use crate::store::sqlite::value::identifier;
use crate::store::sqlite::writer::{Reaped, Writer};
use crate::zombie::{Calendar, ColumnChange, Id, Notes, RowChange, Zombie};

/// The rows that the reap of a zombie would write, or why that is not told.
pub(super) fn changes(
    queue: &Connection,
    schema: &Schema,
    zombie: &Zombie,
    opts: &SweepOptions,
    calendar: Calendar,
    notes: &mut Notes,
) -> rusqlite::Result<Result<Vec<RowChange>, Untold>> {
    let one = std::slice::from_ref(zombie);
    let Some(replica) = Replica::of(queue, schema, one).filter(|replica| replica.has_rows) else {
        let why = "triggers of the queue, or functions of its own, have a say in what is written";
        return Ok(Err(Untold::Unknown(why)));
    };
    let parks = opts.park_after.map(|_| opts.park_within);
    let mut writer = Writer::new(queue, schema, &opts.actor, parks, calendar)?;
    writer.prepare(one, notes)?;
    let before = Copies::read(&replica.conn, schema)?;
    let reaped = writer
        .on(&replica.conn)
        .and_then(|mut writer| writer.reap(zombie));
    match reaped {
        Ok(Reaped::Whole { .. }) => {}
        Ok(Reaped::MovedOn) => return Ok(Err(Untold::Unknown("the task is not as it was found"))),
        Err(refusal) => return Ok(Err(Untold::Refused(said(&refusal)))),
    }
    let after = Copies::read(&replica.conn, schema)?;
    Ok(Ok(after.differ_from(&before)))
}

/// All rows of the tables that a reap writes.
struct Copies(Vec<(String, BTreeMap<Id, Copied>)>);

struct Copied {
    id: Id,
    columns: Vec<(String, Id)>,
}

impl Copies {
    fn read(conn: &Connection, schema: &Schema) -> rusqlite::Result<Self> {
        let tables = schema.tables_written();
        let read = |table: &TableInfo| {
            let id = id_of(schema, table);
            Ok((table.name.clone(), rows(conn, table, id)?))
        };
        tables.map(read).collect::<rusqlite::Result<_>>().map(Self)
    }

    fn differ_from(self, before: &Self) -> Vec<RowChange> {
        let mut changes = Vec::new();
        for ((table, after), (_, before)) in self.0.into_iter().zip(&before.0) {
            for (key, row) in after {
                let old = before.get(&key);
                let value_before = |place: usize| old.and_then(|old| old.columns.get(place));
                let columns = row
                    .columns
                    .into_iter()
                    .enumerate()
                    .filter_map(|(place, (column, after))| {
                        let before = value_before(place).map(|(_, value)| value.clone());
                        let differs =
                            before.as_ref() != Some(&after) && (before.is_some() || after != Id::Null);
                        differs.then_some(ColumnChange {
                            column,
                            before,
                            after,
                        })
                    });
                let columns: Vec<_> = columns.collect();
                if !columns.is_empty() {
                    changes.push(RowChange {
                        table: table.clone(),
                        id: row.id,
                        is_new: old.is_none(),
                        columns,
                    });
                }
            }
        }
        changes
    }
}

/// What names the rows of a table to an operator, where that is not their key.
fn id_of<'s>(schema: &'s Schema, table: &TableInfo) -> Option<&'s ColumnInfo> {
    let runs = schema.runs.as_ref().map(|runs| (&runs.table, &runs.id));
    let mut known = std::iter::once((&schema.tasks.table, &schema.tasks.id)).chain(runs);
    known
        .find(|(known, _)| known.name == table.name)
        .map(|(_, id)| id)
}

fn rows(
    conn: &Connection,
    table: &TableInfo,
    id: Option<&ColumnInfo>,
) -> rusqlite::Result<BTreeMap<Id, Copied>> {
    let first = |columns: Vec<&ColumnInfo>| columns.first().map(|only| column("t", only));
    let key = key("t", table);
    let id = match id {
        Some(id) => column("t", id),
        None => first(table.key_columns()).unwrap_or_else(|| key.clone()),
    };
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| format!("t.{}", identifier(&column.name)))
        .collect();
    let sql = format!(
        "SELECT {key}, {id}, {} FROM {} AS t",
        columns.join(", "),
        table.qualified_name()
    );
    let mut statement = conn.prepare(&sql)?;
    let mut found = BTreeMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut columns = Vec::with_capacity(table.columns.len());
        for (place, column) in (2..).zip(&table.columns) {
            columns.push((column.name.clone(), row.get_ref(place)?.into()));
        }
        let id = row.get_ref(1)?.into();
        found.insert(row.get_ref(0)?.into(), Copied { id, columns });
    }
    Ok(found)
}
