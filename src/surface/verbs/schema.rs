use chrono::{DateTime, Utc};
use serde::Serialize;
use zombie_sweeper::store::{Example, Schema, Unused, Words};

use super::site::Site;

/// What the sweeper understood of a database.
#[derive(Serialize)]
pub(crate) struct Understood {
    database: String,
    pub(crate) profile: String,
    roles: Vec<Shown>,
    pub(crate) words: Words,
    pub(crate) unused: Vec<Unused>,
    pub(crate) warnings: Vec<String>,
    /// The roles as they were found, for people.
    #[serde(skip)]
    pub(crate) examples: Vec<Example>,
}

/// Who plays a role, and what stands there. Of several columns it is said one behind the other.
#[derive(Serialize)]
struct Shown {
    role: String,
    column: Option<String>,
    value: Option<String>,
    read_as: Option<String>,
}

impl From<&Example> for Shown {
    fn from(example: &Example) -> Self {
        let seen = example.seen.iter();
        let values: Vec<_> = seen.clone().map(|seen| seen.value.as_deref()).collect();
        let has_value = values.iter().any(Option::is_some);
        let values = values.into_iter().map(|value| value.unwrap_or("-"));
        let mut read_as: Vec<_> = seen.filter_map(|seen| seen.read_as.as_deref()).collect();
        read_as.dedup();
        Self {
            role: example.role.role.clone(),
            column: example.role.column.clone(),
            value: has_value.then(|| values.collect::<Vec<_>>().join(", ")),
            read_as: (!read_as.is_empty()).then(|| read_as.join(" | ")),
        }
    }
}

/// Which table and column plays which role, the words, and what stands there.
pub(crate) fn schema(site: &Site, now: DateTime<Utc>) -> anyhow::Result<Understood> {
    let asked = site.profile.get()?;
    let seen = site.look(asked.as_deref(), |conn, profile| {
        let schema = Schema::read(conn, profile)?;
        let words = schema.words(conn)?;
        let mut warnings = words.doubts();
        warnings.extend(schema.findings(conn)?);
        let examples = schema.examples(conn, now)?;
        Ok((profile.name().to_owned(), examples, words, warnings))
    })?;
    let ((profile, examples, words, found), warnings) = seen;
    Ok(Understood {
        database: site.db.to_string_lossy().into_owned(),
        profile,
        roles: examples.roles.iter().map(Shown::from).collect(),
        words,
        unused: examples.unused,
        warnings: warnings.into_iter().chain(found).collect(),
        examples: examples.roles,
    })
}
