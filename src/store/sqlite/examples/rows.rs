//! One row of each table that the queue has: a running task, and what belongs to it.

use super::super::catalog::{ColumnInfo, TableInfo};
use super::super::value::reading;
use crate::zombie::{Calendar, Id, Timestamp};

/// Which row it is.
pub(super) const RUNNING: &str = "the newest running task";
pub(super) const ACTIVE_RUN: &str = "its active run";
pub(super) const NEWEST_RUN: &str = "its newest run";
pub(super) const WORKER: &str = "its worker";
/// The rows of a task that runs.
const OWN: [&str; 4] = [RUNNING, ACTIVE_RUN, NEWEST_RUN, WORKER];

/// One row of each table that the queue has.
#[derive(Default)]
pub(super) struct Rows<'s> {
    of_sections: Vec<Row<'s>>,
    /// Roles that name a row which is not there.
    pub(super) strays: Vec<&'static str>,
}

/// The row of one section of the profile.
pub(super) struct Row<'s> {
    pub(super) section: &'static str,
    pub(super) table: &'s TableInfo,
    /// The columns read of it: those of its roles, and those that look as if they had one.
    pub(super) names: Vec<&'s str>,
    /// Those of them that are signs of life.
    pub(super) signs: Vec<&'s str>,
    /// Which row it is.
    pub(super) which: &'static str,
    /// `None` where the table is empty. Behind the columns stands what the section tells besides.
    pub(super) values: Option<Vec<Id>>,
}

impl<'s> Rows<'s> {
    pub(super) fn add(&mut self, row: Row<'s>) {
        self.of_sections.push(row);
    }

    fn of(&self, section: &str) -> Option<&Row<'s>> {
        self.of_sections.iter().find(|of| of.section == section)
    }

    /// Which row the values of a section are from.
    pub(super) fn which(&self, section: &str) -> Option<&'static str> {
        let of = self.of(section)?;
        Some(if of.values.is_some() {
            of.which
        } else {
            "no row yet"
        })
    }

    pub(super) fn table<'r>(&'r self, section: &'r str) -> &'r str {
        self.of(section).map_or(section, |of| &of.table.name)
    }

    /// What stands in a column; `None` where there is no row.
    pub(super) fn value(&self, section: &str, column: &str) -> Option<&Id> {
        let of = self.of(section)?;
        let place = of.names.iter().position(|name| *name == column)?;
        of.values.as_ref()?.get(place)
    }

    /// The newest sign of life of the task that runs, of its run and of its worker; `None` where none runs, or shows one.
    pub(super) fn newest_sign(&self, calendar: &Calendar) -> Option<Timestamp> {
        if self.which("tasks") != Some(RUNNING) {
            return None;
        }
        let own = self.of_sections.iter().filter(|of| OWN.contains(&of.which));
        let signs = own.flat_map(|of| {
            let names = of.signs.iter();
            names.filter_map(|name| self.value(of.section, name))
        });
        signs
            .filter_map(|sign| reading(sign.as_value(), calendar).at())
            .max()
    }

    /// What a section tells besides its columns: of a task its id, of a run whether it is unfinished by the condition.
    pub(super) fn besides(&self, section: &str) -> Option<&Id> {
        self.of(section)?.values.as_ref()?.last()
    }

    /// Whether a role names a row that is not there.
    pub(super) fn is_stray(&self, role: &str) -> bool {
        self.strays.contains(&role)
    }

    /// What stands in the column of a role that is one column.
    pub(super) fn single(&self, section: &str, column: Option<&ColumnInfo>) -> Option<&Id> {
        self.value(section, &column?.name)
            .filter(|value| !value.is_none())
    }
}
