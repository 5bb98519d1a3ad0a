/// A database whose schema cannot be swept, and all that is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A table or column is missing, or cannot be written as it must be.
    #[error("the schema does not fit: {}", .0.join("; "))]
    Unfit(Vec<String>),
    /// A condition of the profile's is none.
    #[error("{key}: expected an SQL condition on the {} {}, found {condition:?}: {problem}", row.0, row.1)]
    Condition {
        /// Where it stands in the profile.
        key: &'static str,
        /// What kind of row it is on, and what that is called in it.
        row: (&'static str, &'static str),
        /// What it says.
        condition: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no table at all.
    #[error("the database has no table: expected the tables of a queue")]
    NoTable,
    /// SQLite could not read it.
    #[error("failed to read the schema")]
    Sqlite(#[from] rusqlite::Error),
}
