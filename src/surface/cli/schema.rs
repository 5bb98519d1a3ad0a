use serde::Serialize;
use zombie_sweeper::Profile;
use zombie_sweeper::store::{Example, Schema, Unused, Words};

use super::args::Cli;
use super::exit::Exit;
use super::{output, profile, queue, text, wall_clock};

/// What the sweeper understood of a database.
#[derive(Serialize)]
struct Understood<'a> {
    database: &'a str,
    profile: String,
    roles: Vec<Shown>,
    words: Words,
    unused: Vec<Unused>,
    warnings: Vec<String>,
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

/// `zombie-sweeper schema`: prints which table and column plays which role, and the words.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let now = wall_clock::now();
    let seen = queue::look(&cli.database, asked.as_ref(), |conn, profile| {
        let schema = Schema::read(conn, profile)?;
        let words = schema.words(conn)?;
        let mut warnings = words.doubts();
        warnings.extend(schema.findings(conn)?);
        let examples = schema.examples(conn, now)?;
        Ok((profile.name().to_owned(), examples, words, warnings))
    })?;
    let ((profile, examples, words, found), warnings) = seen;
    let understood = Understood {
        database: &cli.database.db.to_string_lossy(),
        profile,
        roles: examples.roles.iter().map(Shown::from).collect(),
        words,
        unused: examples.unused,
        warnings: warnings.into_iter().chain(found).collect(),
    };
    let printed = output::print(cli.log.format, &understood, |out| {
        text::examples(out, &examples.roles)?;
        text::words(out, &understood.words)?;
        text::profile(out, &understood.profile)?;
        text::unused(out, &understood.unused)?;
        text::warnings(out, &understood.warnings)
    });
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}

/// A profile that ships.
#[derive(Serialize)]
struct Shipped {
    name: &'static str,
    about: &'static str,
}

/// `zombie-sweeper schema --list`: prints the profiles that ship.
pub(crate) fn list(cli: &Cli) -> anyhow::Result<Exit> {
    let shipped: Vec<_> = Profile::shipped()
        .map(|(name, about)| Shipped { name, about })
        .collect();
    let printed = output::print(cli.log.format, &shipped, |out| {
        let rows = shipped
            .iter()
            .map(|shipped| [shipped.name.to_owned(), shipped.about.to_owned()]);
        writeln!(out, "{}", text::table(["profile", "for"], rows))
    });
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}
