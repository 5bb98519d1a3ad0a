//! What else a table's definition says: its indexes, conflict clauses and triggers. Asked for only where it matters, as each
//! costs a look at the database.

use rusqlite::{Connection, OptionalExtension};

use super::catalog::{Affinity, ColumnInfo, MAIN, TableInfo};
use super::tokens::{Token, tokens};

/// One index.
struct Index {
    name: String,
    unique: bool,
    /// Whether it is that of the primary key.
    is_key: bool,
}

/// What one place of an index holds, and in what order.
struct IndexColumn {
    /// `None` stands for an expression.
    name: Option<String>,
    collation: String,
}

impl IndexColumn {
    fn is(&self, column: &ColumnInfo) -> bool {
        self.name.as_ref() == Some(&column.name)
    }
}

impl TableInfo {
    /// Whether no two rows have the same value in this column, null aside: by the primary key, else by an index.
    pub(super) fn is_unique(&self, conn: &Connection, column: &ColumnInfo) -> rusqlite::Result<bool> {
        if self.is_whole_key(column) {
            return Ok(true);
        }
        if !column.parts.is_empty() {
            let parts: Vec<_> = column.parts.iter().filter_map(|name| self.column(name)).collect();
            // Where one is null, nothing is kept from being there twice.
            return Ok(parts.iter().all(|part| part.not_null) && self.are_key(conn, &parts)?);
        }
        self.are_key(conn, &[column])
    }

    /// Whether no two rows have the same values in all of these columns: by the primary key, else by an index.
    pub(super) fn are_key(&self, conn: &Connection, columns: &[&ColumnInfo]) -> rusqlite::Result<bool> {
        let key = self.key_columns();
        let is_one_of = |column: &&ColumnInfo| columns.iter().any(|one| one.name == column.name);
        if key.len() == columns.len() && key.iter().all(is_one_of) {
            return Ok(true);
        }
        for index in self.full_indexes(conn)?.iter().filter(|index| index.unique) {
            let of_index = index.columns(conn)?;
            let is_there = |column: &&ColumnInfo| of_index.iter().any(|one| one.is(column));
            if of_index.len() == columns.len() && columns.iter().all(is_there) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether two rows that are alike in these columns cannot both be there.
    pub(super) fn is_unique_within(
        &self,
        conn: &Connection,
        is_one: impl Fn(&str) -> bool,
    ) -> rusqlite::Result<bool> {
        for index in self.full_indexes(conn)?.iter().filter(|index| index.unique) {
            let columns = index.columns(conn)?;
            if columns
                .iter()
                .all(|column| column.name.as_deref().is_some_and(&is_one))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an index over all rows begins with this column, in the order in which the column is compared, so that it
    /// leads to them. By one in another order SQLite finds nothing, and reads the table from end to end for each value.
    pub(super) fn leads(&self, conn: &Connection, column: &ColumnInfo) -> rusqlite::Result<bool> {
        if !column.parts.is_empty() {
            return self.leads_together(conn, &column.parts);
        }
        let mut is_key = column.key_place == 1;
        let mut collation = None;
        for index in self.full_indexes(conn)? {
            let columns = index.columns(conn)?;
            let Some(first) = columns.first().filter(|first| first.is(column)) else {
                continue;
            };
            let collation = match &mut collation {
                Some(known) => known,
                none => none.insert(self.collation(conn, column)?),
            };
            if first.collation.eq_ignore_ascii_case(collation) {
                return Ok(true);
            }
            is_key &= !index.is_key;
        }
        Ok(is_key)
    }

    /// The same of several columns: an index begins with all of them, in whatever order.
    fn leads_together(&self, conn: &Connection, names: &[String]) -> rusqlite::Result<bool> {
        let key = self.key_columns();
        let begins = key.iter().take(names.len());
        if key.len() >= names.len() && begins.clone().all(|column| names.contains(&column.name)) {
            return Ok(true);
        }
        for index in self.full_indexes(conn)? {
            let columns = index.columns(conn)?;
            let mut led = 0;
            for first in columns.iter().take(names.len()) {
                let column = names.iter().find(|name| first.name.as_ref() == Some(*name));
                if let Some(column) = column.and_then(|name| self.column(name))
                    && first
                        .collation
                        .eq_ignore_ascii_case(&self.collation(conn, column)?)
                {
                    led += 1;
                }
            }
            if led == names.len() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Finds out whether a column takes different texts for the same.
    pub(super) fn see_folding(&self, conn: &Connection, column: &mut ColumnInfo) -> rusqlite::Result<()> {
        if column.parts.is_empty() && column.affinity() != Affinity::Numeric {
            column.folds = !self.collation(conn, column)?.eq_ignore_ascii_case("BINARY");
        }
        Ok(())
    }

    /// By which its values are compared.
    fn collation(&self, conn: &Connection, column: &ColumnInfo) -> rusqlite::Result<String> {
        let (_, collation, ..) = conn.column_metadata(MAIN, self.name.as_str(), column.name.as_str())?;
        Ok(collation.map_or_else(|| "BINARY".to_owned(), |name| name.to_string_lossy().into_owned()))
    }

    /// Whether its definition says what is to be done where a constraint does not hold, which may be to delete a row of
    /// somebody's or to skip ours.
    pub(super) fn has_conflict_clause(&self, conn: &Connection) -> rusqlite::Result<bool> {
        let sql = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1";
        let sql: Option<Vec<u8>> = conn
            .query_row(sql, [&self.name], |row| {
                Ok(row.get_ref(0)?.as_bytes_or_null()?.unwrap_or_default().to_vec())
            })
            .optional()?;
        let sql = sql.unwrap_or_default();
        let sql = String::from_utf8_lossy(&sql);
        let words = tokens(&sql).map(|token| match token {
            Token::Word(word) => word,
            Token::Quoted | Token::Sign(_) | Token::Unended => "",
        });
        let mut before = "";
        for word in words {
            if before.eq_ignore_ascii_case("ON") && word.eq_ignore_ascii_case("CONFLICT") {
                return Ok(true);
            }
            before = word;
        }
        Ok(false)
    }

    /// Whether a trigger may fire where its rows are written; a temporary one of the connection's counts.
    pub(super) fn has_triggers(&self, conn: &Connection) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (
                SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE
                UNION ALL
                SELECT 1 FROM temp.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE)";
        conn.query_row(sql, [&self.name], |row| row.get(0))
    }

    /// Its indexes that hold every row.
    fn full_indexes(&self, conn: &Connection) -> rusqlite::Result<Vec<Index>> {
        let mut indexes = Vec::new();
        // Place, name, unique, origin, partial.
        conn.pragma(MAIN, "index_list", &self.name, |row| {
            if !row.get::<_, bool>(4)? {
                indexes.push(Index {
                    name: row.get(1)?,
                    unique: row.get(2)?,
                    is_key: row.get_ref(3)?.as_str()? == "pk",
                });
            }
            Ok(())
        })?;
        Ok(indexes)
    }
}

impl Index {
    /// The columns that it is made of, in order, without those behind them by which SQLite finds the row.
    fn columns(&self, conn: &Connection) -> rusqlite::Result<Vec<IndexColumn>> {
        let mut columns = Vec::new();
        // Place, number of the column, name, descending, collation, whether it is a part of the key.
        conn.pragma(MAIN, "index_xinfo", &self.name, |row| {
            if row.get(5)? {
                columns.push(IndexColumn {
                    name: row.get(2)?,
                    collation: row.get(4)?,
                });
            }
            Ok(())
        })?;
        Ok(columns)
    }
}
