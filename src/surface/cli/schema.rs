use serde::Serialize;
use zombie_sweeper::SweepError;
use zombie_sweeper::store::{Role, Schema, Words, read_database};

use super::args::Cli;
use super::exit::Exit;
use super::{output, signals, sweep, text};

/// What the sweeper understood of a database.
#[derive(Serialize)]
struct Understood<'a> {
    database: &'a str,
    roles: Vec<Role>,
    words: Words,
    warnings: Vec<String>,
}

/// `zombie-sweeper schema`: prints which table and column plays which role, and the words.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let profile = sweep::profile(&cli.database)?;
    let configure = |conn: &mut _| signals::obey(conn, cli.database.busy_timeout);
    let read = read_database::<_, SweepError>(&cli.database.db, &profile, configure, signals::none, |conn| {
        let schema = Schema::read(conn, &profile)?;
        Ok((schema.roles().to_vec(), schema.words(conn)?))
    });
    let ((roles, words), mut warnings) = read?;
    warnings.extend(words.doubts());
    let understood = Understood {
        database: &cli.database.db.to_string_lossy(),
        roles,
        words,
        warnings,
    };
    let printed = output::print(cli.log.format, &understood, |out| {
        text::roles(out, &understood.roles)?;
        text::words(out, &understood.words)?;
        text::warnings(out, &understood.warnings)
    });
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}
