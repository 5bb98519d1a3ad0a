use zombie_sweeper::rusqlite;

use super::World;

/// Other schemas, made out of Orchestra's once the story is told.
impl World {
    /// Declares a table anew, with `new` in the place of `old`, and keeps its rows.
    pub(crate) fn redeclare(self, table: &str, old: &str, new: &str) -> Self {
        let declared = self.declaration(table);
        assert_eq!(declared.matches(old).count(), 1, "{old:?} in {declared}");
        let anew = declared.replacen(old, new, 1).replacen(
            &format!("CREATE TABLE {table} "),
            "CREATE TABLE anew ",
            1,
        );
        self.sql(&format!(
            "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; {anew};"
        ))
        .replace_by_anew(table)
    }

    /// Adds something behind the columns: `WITHOUT ROWID`, `STRICT`.
    pub(crate) fn option(self, table: &str, option: &str) -> Self {
        let declared = self.declaration(table);
        let anew = declared.replacen(&format!("CREATE TABLE {table} "), "CREATE TABLE anew ", 1);
        self.sql(&format!(
            "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; {anew} {option};"
        ))
        .replace_by_anew(table)
    }

    pub(crate) fn add_column(self, table: &str, declared: &str) -> Self {
        self.sql(&format!("ALTER TABLE {table} ADD COLUMN {declared}"))
    }

    pub(crate) fn rename_column(self, table: &str, old: &str, new: &str) -> Self {
        self.sql(&format!("ALTER TABLE {table} RENAME COLUMN {old} TO {new}"))
    }

    pub(crate) fn drop_column(self, table: &str, column: &str) -> Self {
        self.sql(&format!("ALTER TABLE {table} DROP COLUMN {column}"))
    }

    /// Turns the timestamps of a column into what this SQL says of `at`, their text.
    pub(crate) fn rewrite(self, table: &str, column: &str, sql: &str) -> Self {
        self.sql(&format!(
            "UPDATE {table} SET {column} = (SELECT {sql} FROM (SELECT {table}.{column} AS at)) \
             WHERE {column} IS NOT NULL"
        ))
    }

    /// Copies the columns that both have, in the order of the rows.
    fn replace_by_anew(self, table: &str) -> Self {
        let (old, new) = (self.writable_columns(table), self.writable_columns("anew"));
        let shared: Vec<_> = new.into_iter().filter(|column| old.contains(column)).collect();
        let shared = shared.join(", ");
        self.sql(&format!(
            "INSERT INTO anew ({shared}) SELECT {shared} FROM {table}; DROP TABLE {table}; \
             ALTER TABLE anew RENAME TO {table}"
        ))
    }

    fn writable_columns(&self, table: &str) -> Vec<String> {
        self.conn
            .prepare("SELECT format('\"%w\"', name) FROM pragma_table_xinfo(?1) WHERE hidden = 0")
            .unwrap()
            .query_map([table], |row| row.get(0))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap()
    }

    /// On one line, without comments.
    fn declaration(&self, table: &str) -> String {
        let sql: String = self
            .conn
            .query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [table], |row| {
                row.get(0)
            })
            .unwrap();
        let lines = sql
            .lines()
            .map(|line| line.split("--").next().unwrap_or_default());
        let words: Vec<_> = lines.flat_map(str::split_whitespace).collect();
        words.join(" ").replace(&format!("\"{table}\""), table)
    }
}
