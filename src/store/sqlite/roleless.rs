//! Columns that play no role: neither read nor written for what they are.

use super::catalog::{ColumnInfo, TableInfo};
use super::schema::{Recurring, Runs, Schema, Tasks, Workers};
use crate::profile::Constants;

impl Schema {
    /// Columns of tasks and runs that play no role, but are called like a heartbeat.
    pub(super) fn look_alikes(&self) -> impl Iterator<Item = (&TableInfo, &ColumnInfo)> {
        let of_tasks = self
            .tasks
            .without_role()
            .map(|column| (&self.tasks.table, column));
        let of_runs = self.runs.iter().flat_map(|runs| {
            let columns = runs.without_role();
            columns.map(|column| (&runs.table, column))
        });
        of_tasks
            .chain(of_runs)
            .filter(move |(_, column)| has_word_of(&column.name, &self.hints.heartbeat))
    }
}

impl Tasks {
    /// Columns that are neither read nor written for what they are.
    pub(super) fn without_role(&self) -> impl Iterator<Item = &ColumnInfo> {
        let recurring = match &self.recurring {
            Recurring::Never => None,
            Recurring::Kind(column, _) | Recurring::Flag(column) => Some(column),
        };
        let single = [
            &self.active_run,
            &self.worker,
            &self.project.name,
            &self.project.id,
            &self.next_eligible,
        ];
        let lists = [
            &self.heartbeat,
            &self.started,
            &self.updated,
            &self.ended,
            &self.clear,
            &self.stamp,
            &self.increment,
        ];
        let known: Vec<_> = std::iter::once(&self.id)
            .chain(self.status())
            .chain(self.lease.columns())
            .chain(single.into_iter().flatten())
            .chain(recurring)
            .chain(lists.into_iter().flatten())
            .collect();
        without(&self.table, known, Some(&self.set))
    }
}

impl Runs {
    /// Columns that are neither read nor written for what they are.
    pub(super) fn without_role(&self) -> impl Iterator<Item = &ColumnInfo> {
        let lists = [&self.heartbeat, &self.started, &self.ended, &self.clear];
        let single = [&self.status, &self.created, &self.worker];
        let known: Vec<_> = [&self.id, &self.task]
            .into_iter()
            .chain(self.lease.columns())
            .chain(single.into_iter().flatten())
            .chain(lists.into_iter().flatten())
            .collect();
        without(&self.table, known, Some(&self.set))
    }
}

impl Workers {
    /// Columns that are not read.
    pub(super) fn without_role(&self) -> impl Iterator<Item = &ColumnInfo> {
        let lists = [&self.heartbeat, &self.started];
        let known: Vec<_> = std::iter::once(&self.id)
            .chain(self.lease.columns())
            .chain(&self.status)
            .chain(lists.into_iter().flatten())
            .collect();
        without(&self.table, known, None)
    }
}

fn without<'t>(
    table: &'t TableInfo,
    known: Vec<&'t ColumnInfo>,
    set: Option<&'t Constants>,
) -> impl Iterator<Item = &'t ColumnInfo> {
    let is_set = move |column: &ColumnInfo| {
        let mut names = set.into_iter().flat_map(Constants::keys);
        names.any(|name| name.eq_ignore_ascii_case(&column.name))
    };
    table
        .columns
        .iter()
        .filter(move |column| !known.iter().any(|known| known.includes(column)) && !is_set(column))
}

/// Whether a name has a word that begins as one of these does.
pub(super) fn has_word_of(name: &str, parts: &[String]) -> bool {
    parts.iter().any(|part| has_word(name, part))
}

/// Whether a name has a word that begins so: at its start, behind a sign, or where capitals begin.
fn has_word(name: &str, part: &str) -> bool {
    let (lower, part) = (name.to_ascii_lowercase(), part.to_ascii_lowercase());
    lower.match_indices(&part).any(|(place, _)| {
        let before = name.get(..place).and_then(|before| before.chars().next_back());
        let first = name.get(place..).and_then(|rest| rest.chars().next());
        before.is_none_or(|before| {
            !before.is_alphanumeric() || before.is_lowercase() && first.is_some_and(char::is_uppercase)
        })
    })
}
