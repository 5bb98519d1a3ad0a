use serde::Serialize;
use zombie_sweeper::SweepError;
use zombie_sweeper::store::{Role, Schema, read_database};

use super::args::Cli;
use super::exit::Exit;
use super::{output, signals, sweep, text};

/// What the sweeper understood of a database.
#[derive(Serialize)]
struct Understood<'a> {
    database: &'a str,
    roles: Vec<Role>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// `zombie-sweeper schema`: prints which table and column plays which role.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let profile = sweep::profile(&cli.database)?;
    let configure = |conn: &mut _| signals::obey(conn, cli.database.busy_timeout);
    let read = read_database::<_, SweepError>(&cli.database.db, configure, |conn| {
        Ok(Schema::read(conn, &profile)?.roles().to_vec())
    });
    let (roles, warnings) = read?;
    let understood = Understood {
        database: &cli.database.db.to_string_lossy(),
        roles,
        warnings,
    };
    output::print(cli.log.format, &understood, |out| {
        text::roles(out, &understood.roles)?;
        text::warnings(out, &understood.warnings)
    })?;
    Ok(Exit::Swept)
}
