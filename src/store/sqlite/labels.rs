//! The project and the kind of tasks, by which the living are counted. Read only where somebody asks.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::keys::column_or_null;
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
    /// What stands in the row: the project by its name, the project by its id, the kind.
    columns: [String; 3],
    projects: HashMap<[Id; 2], Option<Arc<str>>>,
    kinds: HashMap<Id, Option<Arc<str>>>,
}

impl<'c> LabelReader<'c> {
    pub(super) fn new(conn: &'c Connection, schema: &Schema) -> Self {
        let tasks = &schema.tasks;
        let kind = match &tasks.recurring {
            Recurring::Kind(kind, _) => Some(kind),
            Recurring::Never | Recurring::Flag(_) => None,
        };
        let columns = [tasks.project.name.as_ref(), tasks.project.id.as_ref(), kind];
        let name_of = schema.projects.as_ref().map(|projects| {
            let [id, name] = [&projects.id, &projects.name].map(|column| identifier(&column.name));
            let table = projects.table.qualified_name();
            format!("SELECT p.{name} FROM {table} AS p WHERE p.{id} = ?1")
        });
        Self {
            conn,
            name_of,
            columns: columns.map(|column| column_or_null("t", column)),
            projects: HashMap::new(),
            kinds: HashMap::new(),
        }
    }

    /// What it needs of a row, to stand behind the other columns.
    pub(super) fn list(&self) -> String {
        let columns = self.columns.iter().map(|column| format!(", +{column}"));
        columns.collect()
    }

    /// The labels of a row, whose last columns are those of the list.
    pub(super) fn read(&mut self, row: &Row<'_>) -> rusqlite::Result<Labels> {
        let first = row.as_ref().column_count().saturating_sub(self.columns.len());
        let [name, id, kind] = [0, 1, 2].map(|place| row.get_ref(first + place).map(Id::from));
        let (project, kind) = ([name?, id?], kind?);
        if !self.projects.contains_key(&project) {
            let label = self.project(&project)?;
            self.projects.insert(project.clone(), label);
        }
        if !self.kinds.contains_key(&kind) {
            self.kinds.insert(kind.clone(), label(&kind));
        }
        Ok(Labels {
            project: self.projects.get(&project).cloned().flatten(),
            kind: self.kinds.get(&kind).cloned().flatten(),
        })
    }

    /// A project's name, else its id.
    fn project(&self, [name, id]: &[Id; 2]) -> rusqlite::Result<Option<Arc<str>>> {
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
