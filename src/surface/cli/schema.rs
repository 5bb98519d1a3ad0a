use serde::Serialize;
use zombie_sweeper::Profile;
use zombie_sweeper::store::{Role, Schema, Words, read_database};

use super::args::Cli;
use super::exit::Exit;
use super::profile::{self, Failed};
use super::{output, signals, text};

/// What the sweeper understood of a database.
#[derive(Serialize)]
struct Understood<'a> {
    database: &'a str,
    profile: String,
    roles: Vec<Role>,
    words: Words,
    warnings: Vec<String>,
}

/// `zombie-sweeper schema`: prints which table and column plays which role, and the words.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let configure = |conn: &mut _| signals::obey(conn, cli.database.busy_timeout);
    let look = |conn: &mut _| {
        profile::look(conn, asked.as_ref(), |conn, profile| {
            let schema = Schema::read(conn, profile)?;
            let words = schema.words(conn)?;
            Ok((profile.name().to_owned(), schema.roles().to_vec(), words))
        })
    };
    let opened_by = asked.clone().unwrap_or_default();
    let (((profile, roles, words), taken), copied) =
        read_database::<_, Failed>(&cli.database.db, &opened_by, configure, signals::none, look)?;
    let mut warnings: Vec<_> = taken.into_iter().chain(copied).collect();
    warnings.extend(words.doubts());
    let understood = Understood {
        database: &cli.database.db.to_string_lossy(),
        profile,
        roles,
        words,
        warnings,
    };
    let printed = output::print(cli.log.format, &understood, |out| {
        text::roles(out, &understood.roles)?;
        text::words(out, &understood.words)?;
        text::profile(out, &understood.profile)?;
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
