use rusqlite::Connection;

use super::schema::{ProjectColumn, Schema};
use super::value::{identifier, literal};

/// How many known projects an error names.
const MOST_NEAREST: usize = 5;

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
        let column = schema.tasks.project.as_ref().ok_or(ProjectError::NoColumn)?;
        let (ProjectColumn::ByName(name) | ProjectColumn::ById(name)) = column;
        let mut wanted = rows(conn, schema, column, project)?;
        let has_row = !wanted.is_empty();
        if !has_row {
            wanted.push(literal(project));
        }
        let condition = format!("t.{} IN ({})", identifier(&name.name), wanted.join(", "));
        Ok(Self {
            asked: project.to_owned(),
            condition,
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
        let asked = self.asked.to_lowercase();
        let mut nearest = known_projects(conn, schema)?;
        nearest.sort_by_cached_key(|name| {
            // Descending, and as an order that floats have.
            std::cmp::Reverse(strsim::jaro_winkler(&name.to_lowercase(), &asked).to_bits())
        });
        nearest.truncate(MOST_NEAREST);
        Err(ProjectError::Unknown {
            project: self.asked.clone(),
            nearest,
        })
    }
}

/// What tasks of the project say in their project column, as SQL: its id, or its name. The other of the two counts as
/// well, unless it is what a different project's tasks say there.
fn rows(
    conn: &Connection,
    schema: &Schema,
    column: &ProjectColumn,
    project: &str,
) -> rusqlite::Result<Vec<String>> {
    let Some(projects) = &schema.projects else {
        return Ok(Vec::new());
    };
    let [id, name] = [&projects.id, &projects.name].map(|column| identifier(&column.name));
    let (said, other) = match column {
        ProjectColumn::ById(_) => (&id, &name),
        ProjectColumn::ByName(_) => (&name, &id),
    };
    let table = projects.table.qualified_name();
    for asked in [&name, &id] {
        let sql = format!(
            "SELECT quote(p.{said}) || ', ' || CASE \
             WHEN EXISTS (SELECT 1 FROM {table} AS q WHERE q.{said} = p.{other} AND q.{id} IS NOT p.{id}) \
             THEN 'NULL' ELSE quote(p.{other}) END \
             FROM {table} AS p WHERE p.{asked} = ?1"
        );
        let found: Vec<String> = conn
            .prepare(&sql)?
            .query_map([project], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn known_projects(conn: &Connection, schema: &Schema) -> rusqlite::Result<Vec<String>> {
    let (table, column) = match (&schema.projects, &schema.tasks.project) {
        (Some(projects), _) => (&projects.table, &projects.name),
        (None, Some(ProjectColumn::ByName(column) | ProjectColumn::ById(column))) => {
            (&schema.tasks.table, column)
        }
        (None, None) => return Ok(Vec::new()),
    };
    let column = identifier(&column.name);
    let sql = format!(
        "SELECT DISTINCT CAST(t.{column} AS TEXT) FROM {} AS t WHERE t.{column} IS NOT NULL LIMIT 1000",
        table.qualified_name()
    );
    let mut names = conn.prepare(&sql)?;
    let names = names.query_map([], |row| {
        Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned())
    })?;
    names.collect()
}

fn known(nearest: &[String]) -> String {
    if nearest.is_empty() {
        "it knows none".to_owned()
    } else {
        let names: Vec<_> = nearest.iter().map(|name| format!("{name:?}")).collect();
        format!("it knows {}", names.join(", "))
    }
}
