use rusqlite::Connection;

use super::alike::{self, nearest};
use super::catalog::{ColumnInfo, TableInfo};
use super::schema::{Projects, Schema};
use super::value::{blob, identifier, literal};
use crate::zombie::Id;

/// One project of the database.
#[derive(Debug)]
pub(crate) struct Project {
    asked: String,
    /// What its tasks have in common, as SQL on `t`.
    pub(super) condition: String,
    /// Whether the database has a row of its own for it. If not, only its tasks can prove that it exists.
    has_row: bool,
}

/// Why a project cannot be swept.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// No task belongs to any project.
    #[error(
        "cannot sweep one project: the tasks have no project column. Sweep them all, or name the column in a profile"
    )]
    NoColumn,
    /// The database does not know it.
    #[error("no project {project:?} in the database; {}", known(.nearest))]
    Unknown {
        /// The name or id asked for.
        project: String,
        /// The known ones, the most similar first.
        nearest: Vec<String>,
    },
    /// SQLite could not say.
    #[error("failed to look up the project")]
    Sqlite(#[from] rusqlite::Error),
}

impl Project {
    /// Finds a project by its name, else by its id, else by what the tasks themselves say.
    pub(crate) fn find(conn: &Connection, schema: &Schema, project: &str) -> Result<Self, ProjectError> {
        let columns = &schema.tasks.project;
        if columns.name.is_none() && columns.id.is_none() {
            return Err(ProjectError::NoColumn);
        }
        let mut conditions = Vec::new();
        let mut has_row = false;
        for (column, says) in [(&columns.name, Says::Name), (&columns.id, Says::Id)] {
            let Some(column) = column else { continue };
            let mut wanted = match &schema.projects {
                Some(projects) => said_of(conn, projects, says, project)?,
                None => Vec::new(),
            };
            has_row |= !wanted.is_empty();
            if wanted.is_empty() {
                wanted.push(project.into());
            }
            let wanted: Vec<_> = wanted.iter().flat_map(written).collect();
            conditions.push(format!(
                "t.{} IN ({})",
                identifier(&column.name),
                wanted.join(", ")
            ));
        }
        Ok(Self {
            asked: project.to_owned(),
            condition: format!("({})", conditions.join(" OR ")),
            has_row,
        })
    }

    /// Fails where the database knows nothing of it: it has no row, and no task, running or not, belongs to it.
    pub(crate) fn check_known(&self, conn: &Connection, schema: &Schema) -> Result<(), ProjectError> {
        let table = schema.tasks.table.qualified_name();
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {table} AS t WHERE {})",
            self.condition
        );
        if self.has_row || conn.query_row(&sql, [], |row| row.get(0))? {
            return Ok(());
        }
        Err(ProjectError::Unknown {
            project: self.asked.clone(),
            nearest: nearest(known_projects(conn, schema)?, &self.asked),
        })
    }
}

impl Schema {
    /// Whether the database has one project for which both of these stand: its name and its id.
    ///
    /// # Errors
    ///
    /// Where the database fails. What it does not know is the same as nothing.
    pub fn is_same_project(&self, conn: &Connection, one: &str, other: &str) -> Result<bool, ProjectError> {
        let [one, other] = [one, other].map(|project| Project::find(conn, self, project));
        let (one, other) = match (one, other) {
            (Err(ProjectError::NoColumn), _) | (_, Err(ProjectError::NoColumn)) => return Ok(false),
            (one, other) => (one?, other?),
        };
        Ok(one.has_row && other.has_row && one.condition == other.condition)
    }
}

/// What a task's column says of its project.
#[derive(Clone, Copy)]
enum Says {
    Name,
    Id,
}

/// What tasks of the project say in such a column: its id, or its name. The other of the two counts as well, unless it is
/// what a different project's tasks say there.
///
/// A number equals its digits, whatever the columns are declared to hold.
fn said_of(conn: &Connection, projects: &Projects, says: Says, project: &str) -> rusqlite::Result<Vec<Id>> {
    let [id, name] = [&projects.id, &projects.name].map(|column| identifier(&column.name));
    let (said, other) = match says {
        Says::Id => (&id, &name),
        Says::Name => (&name, &id),
    };
    let table = projects.table.qualified_name();
    let wanted = written(&project.into()).join(", ");
    for asked in [&name, &id] {
        let sql =
            format!("SELECT p.{id}, p.{said}, p.{other} FROM {table} AS p WHERE p.{asked} IN ({wanted})");
        let mut found = Vec::new();
        let mut statement = conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let [key, said_here, other_here] = [0, 1, 2].map(|place| row.get_ref(place).map(Id::from));
            let (key, other_here) = (key?, other_here?);
            found.push(said_here?);
            let forms = written(&other_here).join(", ");
            let elsewhere =
                format!("SELECT 1 FROM {table} AS p WHERE p.{said} IN ({forms}) AND p.{id} IS NOT ?1");
            if !conn.prepare(&elsewhere)?.exists([key])? {
                found.push(other_here);
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// A value as SQL, in each form in which a task may say it: a number, or its digits.
fn written(value: &Id) -> Vec<String> {
    match value {
        Id::Null | Id::Several(_) => Vec::new(),
        Id::Integer(number) => vec![number.to_string(), literal(&number.to_string())],
        Id::Real(bits) if f64::from_bits(*bits).is_infinite() => Vec::new(), // no project's
        Id::Real(bits) => {
            let number = format!("{:?}", f64::from_bits(*bits));
            let whole = number.strip_suffix(".0").map(literal);
            let text = literal(&number);
            [Some(number), Some(text), whole].into_iter().flatten().collect()
        }
        Id::Text(bytes) => match str::from_utf8(bytes) {
            Ok(text) => {
                let number = text
                    .parse::<i64>()
                    .ok()
                    .filter(|number| number.to_string() == text);
                let number = number.map(|number| number.to_string());
                [Some(literal(text)), number].into_iter().flatten().collect()
            }
            Err(_) => vec![format!("CAST({} AS TEXT)", blob(bytes))],
        },
        Id::Blob(bytes) => vec![blob(bytes)],
    }
}

fn known_projects(conn: &Connection, schema: &Schema) -> rusqlite::Result<Vec<String>> {
    let of_tasks = &schema.tasks.project;
    let columns: Vec<(&TableInfo, &ColumnInfo)> = if let Some(projects) = &schema.projects {
        vec![(&projects.table, &projects.name)]
    } else {
        let columns = [&of_tasks.name, &of_tasks.id].into_iter().flatten();
        columns.map(|column| (&schema.tasks.table, column)).collect()
    };
    let mut known = Vec::new();
    for (table, column) in columns {
        let column = identifier(&column.name);
        let sql = format!(
            "SELECT DISTINCT CAST(t.{column} AS TEXT) FROM {} AS t \
             WHERE octet_length(t.{column}) <= {} LIMIT 1000",
            table.qualified_name(),
            alike::READ
        );
        let mut names = conn.prepare(&sql)?;
        let names = names.query_map([], |row| {
            Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned())
        })?;
        for name in names {
            known.push(name?);
        }
    }
    Ok(known)
}

fn known(nearest: &[String]) -> String {
    if nearest.is_empty() {
        "it knows none".to_owned()
    } else {
        let names: Vec<_> = nearest.iter().map(|name| format!("{name:?}")).collect();
        format!("it knows {}", names.join(", "))
    }
}
