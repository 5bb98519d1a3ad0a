//! The project and the kind of tasks, by which the living are counted. Read only where somebody asks.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::keys::column;
use super::schema::{Recurring, Schema};
use super::value::identifier;
use crate::zombie::{Id, Labels};

/// How many characters of a label are kept.
const LONGEST: usize = 256;

/// Reads the labels of running tasks.
pub(super) struct LabelReader<'c> {
    conn: &'c Connection,
    /// The project's name by its id, where the queue has a table of them.
    name_of: Option<String>,
    /// The columns that there are, each with its place among the labels: the project by its name, the project by its id,
    /// the kind.
    columns: Vec<(usize, String)>,
    /// The labels by what a row says.
    known: HashMap<[Id; 3], Labels>,
    /// Those of the last row, which most often says the same as the next.
    last: ([Id; 3], Labels),
}

impl<'c> LabelReader<'c> {
    pub(super) fn new(conn: &'c Connection, schema: &Schema) -> Self {
        let tasks = &schema.tasks;
        let kind = match &tasks.recurring {
            Recurring::Kind(kind, _) => Some(kind),
            Recurring::Never | Recurring::Flag(_) => None,
        };
        let columns = [tasks.project.name.as_ref(), tasks.project.id.as_ref(), kind];
        let columns = columns.iter().enumerate();
        let name_of = schema.projects.as_ref().map(|projects| {
            let [id, name] = [&projects.id, &projects.name].map(|column| identifier(&column.name));
            let table = projects.table.qualified_name();
            format!("SELECT p.{name} FROM {table} AS p WHERE p.{id} = ?1")
        });
        Self {
            conn,
            name_of,
            columns: columns
                .filter_map(|(place, info)| Some((place, column("t", (*info)?))))
                .collect(),
            known: HashMap::new(),
            last: ([Id::Null, Id::Null, Id::Null], Labels::default()),
        }
    }

    /// What it needs of a row, to stand behind the other columns.
    pub(super) fn list(&self) -> String {
        let columns = self.columns.iter().map(|(_, column)| format!(", +{column}"));
        columns.collect()
    }

    /// The labels of a row, whose last columns are those of the list.
    pub(super) fn read(&mut self, row: &Row<'_>) -> rusqlite::Result<&Labels> {
        let mut said = [ValueRef::Null; 3];
        let first = row.as_ref().column_count().saturating_sub(self.columns.len());
        for (column, (place, _)) in (first..).zip(&self.columns) {
            if let Some(said) = said.get_mut(*place) {
                *said = row.get_ref(column)?;
            }
        }
        let is_as_before = self
            .last
            .0
            .iter()
            .zip(&said)
            .all(|(id, said)| id.as_value() == *said);
        if !is_as_before {
            let said = said.map(Id::from);
            let labels = match self.known.get(&said) {
                Some(labels) => labels.clone(),
                None => self.learn(&said)?,
            };
            self.last = (said, labels);
        }
        Ok(&self.last.1)
    }

    fn learn(&mut self, said: &[Id; 3]) -> rusqlite::Result<Labels> {
        let [name, id, kind] = said;
        let labels = Labels {
            project: self.project(name, id)?,
            kind: label(kind),
        };
        self.known.insert(said.clone(), labels.clone());
        Ok(labels)
    }

    /// A project's name, else its id.
    fn project(&self, name: &Id, id: &Id) -> rusqlite::Result<Option<Arc<str>>> {
        if !name.is_blank() || id.is_blank() {
            return Ok(label(name));
        }
        let Some(name_of) = &self.name_of else {
            return Ok(label(id));
        };
        let mut names = self.conn.prepare(name_of)?;
        let name = names.query_row([id], |row| row.get_ref(0).map(Id::from));
        Ok(name
            .optional()?
            .and_then(|name| label(&name))
            .or_else(|| label(id)))
    }
}

/// As it is shown, cut off where it is no name any more.
fn label(id: &Id) -> Option<Arc<str>> {
    (!id.is_blank()).then(|| id.to_string().chars().take(LONGEST).collect::<String>().into())
}
