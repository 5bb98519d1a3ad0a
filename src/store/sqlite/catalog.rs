use rusqlite::Connection;

use super::value::{identifier, literal};
use crate::zombie::Id;

/// Only tables of the database itself: not temporary ones, nor those of an attached file.
pub(super) const MAIN: Option<&str> = Some("main");

/// What makes a column hidden; 1 stands for one of a virtual table, which can be written all the same.
const GENERATED_VIRTUAL: i64 = 2;
const GENERATED_STORED: i64 = 3;

/// A table as the database declares it.
#[derive(Clone, Debug)]
pub(super) struct TableInfo {
    pub(super) name: String,
    pub(super) columns: Vec<ColumnInfo>,
    without_rowid: bool,
    strict: bool,
    row_ids: RowIds,
}

/// How a table's row ids come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowIds {
    /// SQLite hands them out: a new row's is above all that there are.
    Ascending,
    /// They are a column of the queue's, which may choose them.
    Assigned,
    /// There are none, or none that mean anything.
    None,
}

/// What SQLite makes of a value that a column is given or compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Affinity {
    /// Numbers become texts.
    Text,
    /// Texts that are numbers become numbers.
    Numeric,
    /// Each value stays as it is, and a text equals no number.
    #[default]
    None,
}

impl Affinity {
    /// What ids are compared by that stand in two such columns: texts byte by byte, but by value where a column may hold
    /// them as numbers.
    pub(super) fn compared(self, other: Self, id: &Id) -> Id {
        if let Id::Several(json) = id {
            return Id::Text(json.clone());
        }
        match (self, other) {
            (Self::Text, Self::Text) => id.clone(),
            (Self::Numeric, _) | (_, Self::Numeric) => id.by_number(),
            (Self::None, _) | (_, Self::None) => id.by_value(),
        }
    }
}

/// A column as the database declares it; or several that are an id together.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnInfo {
    pub(super) name: String,
    /// The names of the columns, where it is several: they are read as one value, a JSON array, and never written.
    pub(super) parts: Vec<String>,
    declared_type: String,
    affinity: Affinity,
    /// Whether the queue itself takes different texts for the same in it, such as those that differ in capitals. Known of
    /// what names tasks and runs.
    pub(super) folds: bool,
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
    /// Its place in the primary key, from 1; 0 where it has none.
    pub(super) key_place: i64,
    /// Computed by SQLite, so that nobody may write it.
    pub(super) generated: bool,
}

impl TableInfo {
    /// Reads a table's declaration; `None` where the database has no such table. A view is none.
    pub(super) fn read(conn: &Connection, name: &str) -> rusqlite::Result<Option<Self>> {
        let mut table = None;
        let mut is_virtual = false;
        // Schema, name, type, number of columns, WITHOUT ROWID, STRICT.
        conn.pragma(MAIN, "table_list", name, |row| {
            let kind = row.get_ref(2)?.as_str()?;
            if matches!(kind, "table" | "virtual") {
                is_virtual = kind == "virtual";
                table = Some(Self {
                    name: row.get(1)?,
                    columns: Vec::new(),
                    without_rowid: row.get(4)?,
                    strict: row.get(5)?,
                    row_ids: RowIds::None,
                });
            }
            Ok(())
        })?;
        if let Some(table) = &mut table {
            let strict = table.strict;
            // Place, name, type, NOT NULL, default, place in the primary key, hidden.
            conn.pragma(MAIN, "table_xinfo", &table.name, |row| {
                let declared_type = row.get::<_, String>(2)?.to_ascii_uppercase();
                table.columns.push(ColumnInfo {
                    name: row.get(1)?,
                    parts: Vec::new(),
                    affinity: affinity(&declared_type, strict),
                    declared_type,
                    folds: false,
                    not_null: row.get(3)?,
                    default: row.get(4)?,
                    key_place: row.get(5)?,
                    generated: matches!(row.get(6)?, GENERATED_VIRTUAL | GENERATED_STORED),
                });
                Ok(())
            })?;
            if !is_virtual && !table.without_rowid {
                table.row_ids = table.handed_out(conn)?;
            }
        }
        Ok(table)
    }

    /// Whether the database has a view of this name.
    pub(super) fn is_view(conn: &Connection, name: &str) -> rusqlite::Result<bool> {
        let mut is_view = false;
        conn.pragma(MAIN, "table_list", name, |row| {
            is_view |= row.get_ref(2)?.as_str()? == "view";
            Ok(())
        })?;
        Ok(is_view)
    }

    pub(super) fn column(&self, name: &str) -> Option<&ColumnInfo> {
        self.columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The columns of the primary key, in its order.
    pub(super) fn key_columns(&self) -> Vec<&ColumnInfo> {
        let mut columns: Vec<_> = self
            .columns
            .iter()
            .filter(|column| column.key_place > 0)
            .collect();
        columns.sort_by_key(|column| column.key_place);
        columns
    }

    /// The columns that this one stands for, where it is several together.
    pub(super) fn columns_of(&self, together: &ColumnInfo) -> Vec<ColumnInfo> {
        let columns = together.parts.iter().filter_map(|name| self.column(name));
        columns.cloned().collect()
    }

    /// A name that reaches its rowid, where it has one.
    pub(super) fn rowid(&self) -> Option<&'static str> {
        ["rowid", "_rowid_", "oid"]
            .into_iter()
            .find(|alias| self.column(alias).is_none())
            .filter(|_| !self.without_rowid)
    }

    pub(super) fn qualified_name(&self) -> String {
        format!("main.{}", identifier(&self.name))
    }

    /// Its columns, for a message.
    pub(super) fn describe(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
        format!("table {} has {}", self.name, names.join(", "))
    }

    /// What the schema calls empty, as SQL: NULL where the column allows it and has no other default, else its
    /// default, else `''`, or a strict type's own zero.
    pub(super) fn empty_value(&self, column: &ColumnInfo) -> String {
        match column.default_expression() {
            Some(default) => default,
            None if !column.not_null => "NULL".to_owned(),
            None if !self.strict => "''".to_owned(),
            None => match column.declared_type.as_str() {
                "INT" | "INTEGER" | "REAL" => "0".to_owned(),
                "BLOB" => "x''".to_owned(),
                _ => "''".to_owned(),
            },
        }
    }

    /// Whether the database refuses any other number in this column.
    pub(super) fn takes_integers_only(&self, column: &ColumnInfo) -> bool {
        self.strict && matches!(column.declared_type.as_str(), "INT" | "INTEGER")
    }

    /// Whether the primary key is this column and no other.
    pub(super) fn is_whole_key(&self, column: &ColumnInfo) -> bool {
        column.key_place > 0 && self.columns.iter().filter(|column| column.key_place > 0).count() == 1
    }

    /// How its row ids come about.
    pub(super) fn row_ids(&self) -> RowIds {
        self.row_ids
    }

    /// Whether it is SQLite that chooses the ids of new rows, where there are any.
    fn handed_out(&self, conn: &Connection) -> rusqlite::Result<RowIds> {
        let Some(key) = self.columns.iter().find(|column| self.fills_itself(column)) else {
            return Ok(RowIds::Ascending);
        };
        let (.., autoincrement) = conn.column_metadata(MAIN, self.name.as_str(), key.name.as_str())?;
        Ok(if autoincrement {
            RowIds::Ascending
        } else {
            RowIds::Assigned
        })
    }

    /// Whether SQLite itself fills this column of the primary key on insert.
    pub(super) fn fills_itself(&self, column: &ColumnInfo) -> bool {
        self.is_whole_key(column) && !self.without_rowid && column.declared_type == "INTEGER"
    }
}

impl ColumnInfo {
    /// Several columns of a table that are an id together.
    pub(super) fn together(columns: &[&Self]) -> Self {
        let parts: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
        Self {
            name: parts.join("/"),
            parts,
            declared_type: "TEXT".to_owned(),
            affinity: Affinity::Text,
            ..Self::default()
        }
    }

    /// Whether what it holds is written as in the other, so that several of them can be compared as one value.
    pub(super) fn is_written_like(&self, other: &Self) -> bool {
        let is_whole = |column: &Self| column.has_any(&["INT"]);
        match (self.affinity, other.affinity) {
            (Affinity::Text, Affinity::Text) => true,
            (Affinity::Numeric, Affinity::Numeric) => {
                is_whole(self) && is_whole(other) || self.declared_type == other.declared_type
            }
            (Affinity::None, Affinity::None) => self.is_blob() && other.is_blob(),
            _ => false,
        }
    }

    /// Whether it is this column, or one that it stands for.
    pub(super) fn includes(&self, column: &Self) -> bool {
        self.name == column.name || self.parts.contains(&column.name)
    }

    /// The default as an expression. SQLite keeps its text as it was declared, where a name,
    /// quoted or bare, is a text.
    pub(super) fn default_expression(&self) -> Option<String> {
        const KEYWORDS: [&str; 6] = [
            "NULL",
            "TRUE",
            "FALSE",
            "CURRENT_TIME",
            "CURRENT_DATE",
            "CURRENT_TIMESTAMP",
        ];
        let text = self.default.as_deref()?.trim();
        if text.eq_ignore_ascii_case("NULL") {
            return None;
        }
        let quoted = [('"', '"'), ('`', '`'), ('[', ']')]
            .into_iter()
            .find_map(|(open, close)| {
                let inner = text.strip_prefix(open)?.strip_suffix(close)?;
                Some(inner.replace(&format!("{close}{close}"), &close.to_string()))
            });
        let bare = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !KEYWORDS.iter().any(|keyword| text.eq_ignore_ascii_case(keyword));
        Some(match quoted {
            Some(inner) => literal(&inner),
            None if bare => literal(text),
            // A comment at its end would swallow what stands on the same line.
            None => format!("({text}\n)"),
        })
    }

    /// Whether its default, if it has one, is the same each time.
    pub(super) fn has_constant_default(&self) -> bool {
        let default = self.default.as_deref().unwrap_or_default().trim();
        !default.starts_with('(') && !default.to_ascii_uppercase().starts_with("CURRENT_")
    }

    /// Whether it is declared to hold numbers. A `DATETIME` is not: it keeps the text it is given.
    pub(super) fn is_numeric(&self) -> bool {
        !self.has_any(&["CHAR", "CLOB", "TEXT"])
            && self.has_any(&["INT", "REAL", "FLOA", "DOUB", "NUM", "DEC"])
    }

    /// Whether it is declared to hold bytes.
    pub(super) fn is_blob(&self) -> bool {
        self.has_any(&["BLOB"])
    }

    /// Its type, as it is declared, in capitals.
    pub(super) fn declared_type(&self) -> &str {
        &self.declared_type
    }

    /// How SQLite compares it.
    pub(super) fn affinity(&self) -> Affinity {
        self.affinity
    }

    fn has_any(&self, parts: &[&str]) -> bool {
        parts.iter().any(|part| self.declared_type.contains(part))
    }
}

/// By SQLite's own rules, in their order (<https://sqlite.org/datatype3.html#determination_of_column_affinity>).
fn affinity(declared_type: &str, strict: bool) -> Affinity {
    let has_any = |parts: &[&str]| parts.iter().any(|part| declared_type.contains(part));
    if declared_type.is_empty() || strict && declared_type == "ANY" {
        Affinity::None
    } else if has_any(&["INT"]) {
        Affinity::Numeric
    } else if has_any(&["CHAR", "CLOB", "TEXT"]) {
        Affinity::Text
    } else if has_any(&["BLOB"]) {
        Affinity::None
    } else {
        Affinity::Numeric
    }
}
