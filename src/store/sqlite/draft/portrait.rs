//! A table as it is declared, and a look at its newest rows.

use rusqlite::{Connection, Row};

use super::super::catalog::{ColumnInfo, TableInfo};
use super::super::value::identifier;
use super::facts::Facts;
use super::names::words;
use crate::zombie::{Calendar, Id};

/// So many of the newest rows of a table are looked at.
const ROWS: usize = 1_000;
/// So much of a text or a blob is looked at.
const LENGTH: usize = 64;

/// A table, its declaration and its newest rows.
pub(super) struct Portrait {
    pub(super) table: TableInfo,
    pub(super) words: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// The columns by which a row is known: one, several, or none that tells.
    pub(super) key: Vec<String>,
    /// The columns that are unique by themselves.
    unique: Vec<String>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    /// What it was made with.
    pub(super) sql: String,
    /// What its triggers do.
    triggers: Vec<String>,
}

/// A column, the words of its name, and what its newest values are.
pub(super) struct Column {
    pub(super) info: ColumnInfo,
    pub(super) words: Vec<String>,
    pub(super) facts: Facts,
}

/// A column that names a row of another table.
pub(super) struct ForeignKey {
    /// Those of several columns have the same.
    pub(super) group: i64,
    pub(super) from: String,
    pub(super) table: String,
    /// The column of the other table; `None`: that of its primary key.
    pub(super) to: Option<String>,
}

impl Portrait {
    /// The tables of a database, but for those that are SQLite's or an extension's own.
    pub(super) fn all(conn: &Connection, calendar: &Calendar) -> rusqlite::Result<Vec<Self>> {
        let names = conn
            .prepare(include_str!("../sql/tables_to_draft.sql"))?
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut found = Vec::new();
        for name in names {
            if let Some(table) = TableInfo::read(conn, &name)? {
                found.push(Self::read(conn, table, calendar)?);
            }
        }
        Ok(found)
    }

    fn read(conn: &Connection, table: TableInfo, calendar: &Calendar) -> rusqlite::Result<Self> {
        let mut foreign_keys = Vec::new();
        conn.pragma(Some("main"), "foreign_key_list", &table.name, |row| {
            foreign_keys.push(ForeignKey {
                group: row.get(0)?,
                from: row.get(3)?,
                table: row.get(2)?,
                to: row.get(4)?,
            });
            Ok(())
        })?;
        let unique = conn
            .prepare(include_str!("../sql/unique_columns.sql"))?
            .query_map([&table.name], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        let sql = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1";
        let mut portrait = Self {
            words: words(&table.name),
            columns: Vec::new(),
            key: key(&table, &unique),
            unique,
            foreign_keys,
            triggers: triggers(conn, &table.name)?,
            sql: conn.query_row(sql, [&table.name], |row| row.get(0))?,
            table,
        };
        let rows = portrait.rows(conn, ROWS, None)?;
        portrait.columns = portrait.see(&rows, calendar);
        Ok(portrait)
    }

    fn see(&self, rows: &[Vec<Id>], calendar: &Calendar) -> Vec<Column> {
        let columns = self.table.columns.iter().enumerate();
        columns
            .map(|(place, info)| Column {
                words: words(&info.name),
                facts: facts(rows, place, calendar),
                info: info.clone(),
            })
            .collect()
    }

    /// The newest rows, cut short; those with a certain value in one column, if one is given.
    pub(super) fn rows(
        &self,
        conn: &Connection,
        limit: usize,
        with: Option<(&str, &Id)>,
    ) -> rusqlite::Result<Vec<Vec<Id>>> {
        let columns: Vec<_> = self.table.columns.iter().map(|column| cut(column, "t")).collect();
        let columns = columns.join(", ");
        let condition = with.map_or_else(String::new, |(name, _)| {
            format!(" WHERE t.{} IS ?1", identifier(name))
        });
        let order = self
            .table
            .rowid()
            .map_or_else(String::new, |rowid| format!(" ORDER BY t.{rowid} DESC"));
        let sql = format!(
            "SELECT {columns} FROM {} AS t{condition}{order} LIMIT {limit}",
            self.table.qualified_name()
        );
        let count = self.table.columns.len();
        let read = |row: &Row<'_>| (0..count).map(|place| Ok(row.get_ref(place)?.into())).collect();
        let mut statement = conn.prepare(&sql)?;
        match with {
            Some((_, value)) => statement.query_map([value], read)?.collect(),
            None => statement.query_map([], read)?.collect(),
        }
    }

    /// The newest rows of which a condition is true; it calls the table `alias`.
    pub(super) fn rows_where(
        &self,
        conn: &Connection,
        limit: usize,
        alias: &str,
        condition: &str,
    ) -> rusqlite::Result<Vec<Vec<Id>>> {
        let columns: Vec<_> = self
            .table
            .columns
            .iter()
            .map(|column| cut(column, alias))
            .collect();
        let order = self.table.rowid();
        let order = order.map_or_else(String::new, |rowid| format!(" ORDER BY {alias}.{rowid} DESC"));
        let sql = format!(
            "SELECT {} FROM {} AS {alias} WHERE {condition}{order} LIMIT {limit}",
            columns.join(", "),
            self.table.qualified_name()
        );
        let count = self.table.columns.len();
        let read = |row: &Row<'_>| (0..count).map(|place| Ok(row.get_ref(place)?.into())).collect();
        conn.prepare(&sql)?.query_map([], read)?.collect()
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.info.name.eq_ignore_ascii_case(name))
    }

    /// What some rows have in a column.
    pub(super) fn facts(&self, rows: &[Vec<Id>], name: &str, calendar: &Calendar) -> Facts {
        let place = self.columns.iter().position(|column| column.info.name == name);
        place.map_or_else(Facts::default, |place| facts(rows, place, calendar))
    }

    /// Whether a trigger seems to write the column.
    pub(super) fn is_triggered(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.triggers.iter().any(|trigger| {
            let set = trigger.split_once("set ").map_or("", |(_, set)| set);
            set.contains(&name)
        })
    }

    /// The column by which a row is known, where it is one.
    pub(super) fn id(&self) -> Option<&str> {
        match self.key.as_slice() {
            [id] => Some(id),
            _ => None,
        }
    }

    /// Whether no two rows have the same value in it, by its declaration.
    pub(super) fn is_unique(&self, name: &str) -> bool {
        self.id() == Some(name) || self.unique.iter().any(|unique| unique == name)
    }

    /// The columns no two rows have the same value in, the key first.
    pub(super) fn unique(&self) -> Vec<String> {
        let others = self.unique.iter().filter(|unique| self.id() != Some(unique));
        self.id()
            .into_iter()
            .map(str::to_owned)
            .chain(others.cloned())
            .collect()
    }

    /// How many of the rows looked at there are.
    pub(super) fn seen(&self) -> usize {
        self.columns.first().map_or(0, |column| column.facts.rows)
    }
}

fn triggers(conn: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT lower(sql) FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1";
    let mut statement = conn.prepare(sql)?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

fn facts(rows: &[Vec<Id>], place: usize, calendar: &Calendar) -> Facts {
    Facts::of(rows.iter().filter_map(|row| row.get(place)), calendar)
}

/// A payload may be of any size; its beginning says what it is.
fn cut(column: &ColumnInfo, alias: &str) -> String {
    let name = format!("{alias}.{}", identifier(&column.name));
    format!("CASE WHEN typeof({name}) IN ('text', 'blob') THEN substr({name}, 1, {LENGTH}) ELSE {name} END")
}

/// The primary key, else a column that is unique.
fn key(table: &TableInfo, unique: &[String]) -> Vec<String> {
    let mut key: Vec<_> = table
        .columns
        .iter()
        .filter(|column| column.key_place > 0)
        .collect();
    key.sort_by_key(|column| column.key_place);
    if key.is_empty() {
        return unique.iter().take(1).cloned().collect();
    }
    key.into_iter().map(|column| column.name.clone()).collect()
}
