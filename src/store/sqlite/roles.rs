use rusqlite::Connection;

use super::catalog::TableInfo;
use super::schema::Role;
use crate::profile::Profile;

/// Finds what plays the roles of a profile, and remembers what it found and all that is wrong.
pub(super) struct Roles<'a> {
    pub(super) conn: &'a Connection,
    pub(super) profile: &'a Profile,
    /// Which section has which table.
    claimed: Vec<(&'static str, String)>,
    pub(super) found: Vec<Role>,
    pub(super) problems: Vec<String>,
}

impl<'a> Roles<'a> {
    pub(super) fn new(conn: &'a Connection, profile: &'a Profile) -> Self {
        Self {
            conn,
            profile,
            claimed: Vec::new(),
            found: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn needed_table(
        &mut self,
        section: &'static str,
        name: &str,
    ) -> rusqlite::Result<Option<TableInfo>> {
        let table = self.table(section, name)?;
        let missed = !name.is_empty() && self.profile.asks_for(&format!("{section}.table"));
        if table.is_none() && !missed {
            self.miss_table(section, name)?;
        }
        Ok(table)
    }

    /// A table that has to be there unless the profile says that there is none.
    pub(super) fn wanted_table(
        &mut self,
        section: &'static str,
        name: &str,
    ) -> rusqlite::Result<Option<TableInfo>> {
        if name.is_empty() {
            return self.table(section, name);
        }
        self.needed_table(section, name)
    }

    pub(super) fn table(&mut self, section: &'static str, name: &str) -> rusqlite::Result<Option<TableInfo>> {
        let table = TableInfo::read(self.conn, name)?;
        self.found.push(Role {
            role: section.to_owned(),
            column: table.as_ref().map(|table| table.name.clone()),
            columns: Vec::new(),
        });
        match &table {
            Some(table) => self.claim(section, table),
            None if !name.is_empty() && self.profile.asks_for(&format!("{section}.table")) => {
                self.miss_table(section, name)?;
            }
            None => {}
        }
        Ok(table)
    }

    fn miss_table(&mut self, section: &str, name: &str) -> rusqlite::Result<()> {
        if TableInfo::is_view(self.conn, name)? {
            self.problems.push(format!(
                "{section}: expected a table {name}; that is a view: name the table behind it"
            ));
            return Ok(());
        }
        let tables = self
            .conn
            .prepare(include_str!("sql/tables.sql"))?
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let found = if tables.is_empty() {
            "no table".to_owned()
        } else {
            tables.join(", ")
        };
        let expected = format!("a table {name}");
        let if_none = match section {
            "runs" | "events" if !self.profile.asks_for(&format!("{section}.table")) => {
                format!(" (a profile says that there is none by {section}.table = \"\")")
            }
            _ => String::new(),
        };
        self.problems.push(format!(
            "{section}: expected {}; the database has {found}{if_none}",
            expected.trim_end()
        ));
        Ok(())
    }

    /// Each section needs a table of its own: a row that is two things at once would be written as both.
    fn claim(&mut self, section: &'static str, table: &TableInfo) {
        if let Some((other, name)) = self.claimed.iter().find(|(_, name)| *name == table.name) {
            self.problems.push(format!(
                "{other} and {section}: expected two tables, and both name {name}; give each its own, \
                 or say that there is none (table = \"\")"
            ));
        }
        self.claimed.push((section, table.name.clone()));
    }
}
