//! Which profile is in force: the one asked for, else Orchestra's, else, to look at a database, the one that ships and fits.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::Context;
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::rusqlite::config::DbConfig;
use zombie_sweeper::store::{ClosestTable, OpenError, Schema, SchemaError, StoreError, fitting_profiles};
use zombie_sweeper::{Profile, ProfileError, SweepError};

use super::patience::Patience;

/// What is asked for by its name or its file. A name of a profile that ships is that one; whatever looks like a path is one.
pub(crate) fn asked(value: Option<&Path>) -> anyhow::Result<Option<Profile>> {
    let Some(path) = value else { return Ok(None) };
    let unknown = match word(path).map(Profile::named) {
        Some(Ok(profile)) => return Ok(Some(profile)),
        Some(Err(ProfileError::Unknown { nearest, .. })) if !path.exists() => Some(nearest),
        _ => None,
    };
    let text = std::fs::read_to_string(path).with_context(|| match unknown {
        None => format!("failed to read the profile {}", path.display()),
        Some(nearest) => format!(
            "no profile {0} ships (the nearest names are {1}; `zombie-sweeper schema --list` names all), nor can a file {0} \
             be read",
            path.display(),
            nearest.join(", ")
        ),
    })?;
    refuse_blank(path, &text)?;
    let profile = Profile::from_toml(&text)
        .map_err(SweepError::from)
        .with_context(|| format!("the profile {} cannot be used", path.display()))?;
    Ok(Some(profile.called(path.display().to_string())))
}

/// Nobody means a file in which nothing stands. But so looks one that is just being written, and a pipe that was read before; and what
/// the right one leaves out would be reaped by the built-in one, which a file without a word comes to.
fn refuse_blank(path: &Path, text: &str) -> std::io::Result<()> {
    if !text.trim().is_empty() {
        return Ok(());
    }
    let said = format!(
        "the profile {} is empty, as is a file that is just being written, or a pipe that was read before: expected a key or a \
         comment in it",
        path.display()
    );
    Err(std::io::Error::new(std::io::ErrorKind::InvalidData, said))
}

/// What may be a name: it has no separator of folders, and not the end of a file's name.
fn word(path: &Path) -> Option<&str> {
    let has_end = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("toml"));
    let word = path
        .to_str()
        .filter(|text| !text.contains(std::path::is_separator));
    word.filter(|_| !has_end)
}

/// Why a queue is not swept as it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Misfit {
    #[error(
        "the schema is not Orchestra's but fits the profile {profile}, which ships; a sweep that writes wants it named: \
         `{command}`"
    )]
    Unnamed { profile: String, command: String },
    #[error(
        "the schema is not Orchestra's but fits several profiles that ship: {}; name the right one with --profile",
        .0.join(", ")
    )]
    Several(Vec<String>),
    #[error(
        "in this queue nothing but its start shows that a task is at work: say with --stale-after how long the longest may \
         take, as whoever takes longer loses the task; --dry-run shows them"
    )]
    Guess,
    #[error(
        "{problems}; nor does any other profile fit that ships{}; `zombie-sweeper schema --init` drafts one",
        described(.closest.as_ref())
    )]
    All {
        /// What Orchestra's misses.
        problems: SchemaError,
        closest: Option<ClosestTable>,
    },
}

fn described(closest: Option<&ClosestTable>) -> String {
    closest.map_or_else(String::new, |closest| {
        let made_for = closest.profile.as_ref().map_or_else(String::new, |name| {
            format!(", which the profile {name} knows: `zombie-sweeper schema --profile {name}` says what it misses")
        });
        let (table, columns) = (&closest.table, closest.columns.join(", "));
        format!("; the closest table is {table} ({columns}){made_for}")
    })
}

/// Why a database could not be swept or read.
pub(crate) enum Failed {
    Sweep(SweepError),
    Misfit(Box<Misfit>),
}

impl From<SweepError> for Failed {
    fn from(error: SweepError) -> Self {
        Self::Sweep(error)
    }
}

impl From<OpenError> for Failed {
    fn from(error: OpenError) -> Self {
        Self::Sweep(error.into())
    }
}

impl From<SchemaError> for Failed {
    fn from(error: SchemaError) -> Self {
        Self::Sweep(error.into())
    }
}

impl From<Misfit> for Failed {
    fn from(misfit: Misfit) -> Self {
        Self::Misfit(Box::new(misfit))
    }
}

impl From<Failed> for anyhow::Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Sweep(error) => error.into(),
            Failed::Misfit(misfit) => (*misfit).into(),
        }
    }
}

/// Looks at a database by the profile asked for. Where none was and Orchestra's does not fit, it looks by the only one
/// that ships and does, and returns a warning that says so.
pub(crate) fn look<T>(
    conn: &mut Connection,
    asked: Option<&Profile>,
    mut look: impl FnMut(&mut Connection, &Profile) -> Result<T, SweepError>,
) -> Result<(T, Option<String>), Failed> {
    if let Some(profile) = asked {
        return Ok((look(conn, profile)?, None));
    }
    let problems = match look(conn, &Profile::default()) {
        Err(SweepError::Store(StoreError::Schema(problems @ SchemaError::Unfit(_)))) => problems,
        seen => return Ok((seen?, None)),
    };
    let profile = only_fitting(conn, problems)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, profile.foreign_keys())
        .map_err(SchemaError::from)?;
    let seen = look(conn, &profile)?;
    let name = profile.name();
    let taken = format!(
        "the schema is not Orchestra's but fits the profile {name}, which ships and was taken; a sweep that writes wants it \
         named: --profile {name}"
    );
    Ok((seen, Some(taken)))
}

/// A queue that shows nothing but starts is not swept by a patience that nobody chose: a live worker would lose its task.
pub(crate) fn refuse_a_guess(conn: &Connection, asked: Option<&Profile>) -> Result<(), Failed> {
    // Orchestra's workers beat; its own profile costs no second look at the schema.
    let Some(profile) = asked.filter(|profile| profile.name() != Profile::default().name()) else {
        return Ok(());
    };
    match Schema::read(conn, profile) {
        Ok(schema) if schema.shows_starts_alone() => Err(Misfit::Guess.into()),
        _ => Ok(()), // what else is wrong the sweep itself says
    }
}

/// Why a sweep fails by Orchestra's profile, which nobody named: what writes is not chosen by guess.
pub(crate) fn misfit(conn: &Connection, problems: SchemaError) -> Failed {
    match only_fitting(conn, problems) {
        Ok(profile) => unnamed(conn, &profile).into(),
        Err(failed) => failed,
    }
}

fn unnamed(conn: &Connection, profile: &Profile) -> Misfit {
    let wants_patience = Schema::read(conn, profile).is_ok_and(|schema| schema.shows_starts_alone());
    Misfit::Unnamed {
        profile: profile.name().to_owned(),
        command: command_with(profile.name(), wants_patience),
    }
}

/// Fails where a sweep that writes would not be given what a look was given: this profile, and so long a patience.
pub(super) fn refuse_a_plan(
    conn: &Connection,
    asked: Option<&Profile>,
    taken: &Profile,
    patience: Patience,
) -> Result<(), Failed> {
    if asked.is_none() && taken.name() != Profile::default().name() {
        return Err(unnamed(conn, taken).into());
    }
    if patience == Patience::Said {
        return Ok(());
    }
    refuse_a_guess(conn, asked)
}

fn only_fitting(conn: &Connection, problems: SchemaError) -> Result<Profile, Failed> {
    let mut fitting = fitting_profiles(conn)?;
    match (fitting.pop(), fitting.is_empty()) {
        (Some(profile), true) => Ok(profile),
        (Some(last), false) => {
            let names = fitting
                .iter()
                .chain([&last])
                .map(|profile| profile.name().to_owned());
            Err(Misfit::Several(names.collect()).into())
        }
        (None, _) => Err(Failed::from(Misfit::All {
            problems,
            closest: ClosestTable::find(conn)?,
        })),
    }
}

/// The command that was given, with a profile named.
fn command_with(profile: &str, wants_patience: bool) -> String {
    let given = std::env::args_os().skip(1).map(|arg| quoted(&arg));
    let mut words = vec![env!("CARGO_PKG_NAME"), "--profile", profile];
    if wants_patience {
        words.extend(["--stale-after", "TIME"]);
    }
    let words = words.into_iter().map(str::to_owned);
    words.chain(given).collect::<Vec<_>>().join(" ")
}

/// As a shell takes it.
fn quoted(arg: &OsStr) -> String {
    let text = arg.to_string_lossy();
    let is_plain = |c: char| c.is_alphanumeric() || "-_=+,.:/@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
