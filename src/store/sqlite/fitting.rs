//! Which of the profiles that ship fits a database, and which of its tables comes closest where none does.

use std::cmp::Reverse;

use rusqlite::Connection;

use super::catalog::TableInfo;
use super::schema::Schema;
use super::schema_error::SchemaError;
use crate::profile::Profile;

/// What the name of a table of tasks mostly has in it.
const LIKELY: [&str; 4] = ["job", "queue", "task", "work"];
/// What such a name is worth, in columns that play a role.
const WEIGHT_OF_NAME: usize = 3;

/// The profiles that ship whose every table and column the database has, Orchestra's first.
///
/// Nothing is taken for granted here: whether one of them is to be in force is for the caller to say.
///
/// # Errors
///
/// [`SchemaError::Sqlite`] where the schema cannot be read.
pub fn fitting_profiles(conn: &Connection) -> Result<Vec<Profile>, SchemaError> {
    let mut fitting = Vec::new();
    for profile in shipped() {
        match Schema::read(conn, &profile) {
            Ok(_) => fitting.push(profile),
            Err(error @ SchemaError::Sqlite(_)) => return Err(error),
            Err(_) => {}
        }
    }
    Ok(fitting)
}

/// The table of a database that looks most like one of tasks, for where no profile fits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClosestTable {
    /// Its name.
    pub table: String,
    /// Its columns that a profile which ships would look for in its table of tasks.
    pub columns: Vec<String>,
    /// The profile that ships and has its tasks in a table of this very name: the queue may be another version of the one
    /// that it was made for.
    pub profile: Option<String>,
}

impl ClosestTable {
    /// Finds it; `None` where no table has more than an id in common with any profile that ships, and where the one that
    /// the built-in profile looks for is there.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Sqlite`] where the schema cannot be read.
    pub fn find(conn: &Connection) -> Result<Option<Self>, SchemaError> {
        let built_in = Profile::default();
        if TableInfo::read(conn, &built_in.names.tasks.table)?.is_some() {
            return Ok(None);
        }
        let profiles: Vec<_> = shipped().collect();
        let mut found = Vec::new();
        for name in table_names(conn)? {
            let Some(table) = TableInfo::read(conn, &name)? else {
                continue;
            };
            let (mut roles, mut columns) = (0, Vec::new());
            for (place, names) in looked_for(&profiles).into_iter().enumerate() {
                if let Some(column) = names.iter().find_map(|name| table.column(name)) {
                    roles += usize::from(place > 0); // every table has an id
                    if !columns.contains(&column.name) {
                        columns.push(column.name.clone());
                    }
                }
            }
            if roles > 0 {
                found.push((roles + weight_of_name(&name), name, columns));
            }
        }
        // Of those that are alike, the one with the shortest name has the tasks, and the others what belongs to them.
        let closest = found
            .into_iter()
            .max_by_key(|(likeness, name, _)| (*likeness, Reverse(name.len())));
        Ok(closest.map(|(_, table, columns)| {
            let mut profiles = profiles.iter();
            let profile = profiles.find(|profile| profile.names.tasks.table == table);
            Self {
                profile: profile.map(|profile| profile.name().to_owned()),
                table,
                columns,
            }
        }))
    }
}

/// Each of them can be read: a test does.
fn shipped() -> impl Iterator<Item = Profile> {
    Profile::shipped().filter_map(|(name, _)| Profile::named(name).ok())
}

fn table_names(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut tables = conn.prepare(include_str!("sql/tables.sql"))?;
    let names = tables.query_map([], |row| row.get(0))?;
    names.collect()
}

/// What the profiles call the columns of a task, by the role, that of the id first.
fn looked_for(profiles: &[Profile]) -> [Vec<&String>; 6] {
    let columns = profiles.iter().map(|profile| &profile.names.tasks.columns);
    let roles = columns.map(|names| {
        [
            &names.id,
            &names.status,
            &names.active_run,
            &names.heartbeat,
            &names.started,
            &names.updated,
        ]
    });
    let mut looked_for: [Vec<&String>; 6] = Default::default();
    for role in roles {
        for (names, candidates) in looked_for.iter_mut().zip(role) {
            names.extend(candidates.as_slice());
        }
    }
    looked_for
}

fn weight_of_name(name: &str) -> usize {
    let name = name.to_lowercase();
    let is_likely = LIKELY.iter().any(|part| name.contains(part));
    WEIGHT_OF_NAME * usize::from(is_likely)
}
