use std::collections::BTreeMap;
use std::fmt;

use rusqlite::types::{Value, ValueRef};
use zombie_sweeper::rusqlite;

use super::World;

/// One value of the database. Compares with texts and integers.
#[derive(PartialEq)]
pub(crate) struct Cell(Value);

pub(crate) const NULL: Cell = Cell(Value::Null);

impl Cell {
    pub(crate) fn text(text: &str) -> Self {
        Self(Value::Text(text.to_owned()))
    }
}

impl PartialEq<&str> for Cell {
    fn eq(&self, text: &&str) -> bool {
        self.0 == Value::Text((*text).to_owned())
    }
}

impl PartialEq<String> for Cell {
    fn eq(&self, text: &String) -> bool {
        self.0 == Value::Text(text.clone())
    }
}

impl PartialEq<i64> for Cell {
    fn eq(&self, number: &i64) -> bool {
        self.0 == Value::Integer(*number)
    }
}

impl PartialEq<f64> for Cell {
    fn eq(&self, number: &f64) -> bool {
        self.0 == Value::Real(*number)
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// All that a database holds: table → rowid → column → value, as SQL writes it.
pub(crate) type Dump = BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>;

/// Looking at the queue.
impl World {
    /// One value: `world.value("tasks.status", "t1")`.
    pub(crate) fn value(&self, table_and_column: &str, id: &str) -> Cell {
        let (table, column) = table_and_column.split_once('.').unwrap();
        let sql = format!("SELECT \"{column}\" FROM {table} WHERE id = ?1");
        Cell(self.conn.query_row(&sql, [id], |row| row.get(0)).unwrap())
    }

    /// The one value that a query returns.
    pub(crate) fn query(&self, sql: &str) -> Cell {
        Cell(self.conn.query_row(sql, [], |row| row.get(0)).unwrap())
    }

    /// The payload of the only event.
    pub(crate) fn payload(&self) -> serde_json::Value {
        assert_eq!(self.query("SELECT count(*) FROM task_events"), 1);
        let payload: String = self
            .conn
            .query_row("SELECT payload FROM task_events", [], |row| row.get(0))
            .unwrap();
        serde_json::from_str(&payload).unwrap()
    }

    pub(crate) fn dump(&self) -> Dump {
        let list = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'";
        let tables: Vec<String> = self
            .conn
            .prepare(list)
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        tables
            .into_iter()
            .map(|table| {
                let rows = self.rows(&table);
                (table, rows)
            })
            .collect()
    }

    fn rows(&self, table: &str) -> BTreeMap<String, BTreeMap<String, String>> {
        let table = table.replace('"', "\"\"");
        let mut rows = self.conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let names: Vec<_> = rows.column_names().map(str::to_owned).collect();
        let rows = rows.query_map([], |row| {
            let value = |(place, name): (usize, &String)| Ok((name.clone(), shown(row.get_ref(place)?)));
            names
                .iter()
                .enumerate()
                .map(value)
                .collect::<rusqlite::Result<BTreeMap<_, _>>>()
        });
        let key = names.first().cloned().unwrap_or_default();
        rows.unwrap()
            .map(Result::unwrap)
            .map(|row| (row[&key].clone(), row))
            .collect()
    }
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(bytes) if str::from_utf8(bytes).is_ok() => value.as_str().unwrap().to_owned(),
        other => format!("{other:?}"),
    }
}
