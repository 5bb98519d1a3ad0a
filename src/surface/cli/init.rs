//! `zombie-sweeper schema --init`: drafts a profile for a database that none is known for.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use zombie_sweeper::store::draft_profile;
use zombie_sweeper::{Profile, SweepError};

use super::args::{Cli, SchemaArgs};
use super::output;
use crate::surface::exit::Exit;
use crate::surface::wall_clock;

pub(crate) fn run(cli: &Cli, args: &SchemaArgs) -> anyhow::Result<Exit> {
    let now = wall_clock::now();
    let path = &cli.database.db;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    // A profile that is in force elsewhere says nothing about this database.
    let profile = Profile::default();
    let draft = |conn: &mut _| draft_profile(conn, &name, now).map_err(SweepError::from);
    let (draft, warnings) = cli.site().queue(&profile).read(draft)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    match &args.output {
        // As other programs read it, this is no name of a file.
        Some(file) if file.as_os_str() != "-" => write_new(file, &draft.text)?,
        _ => output::lines(|out| Ok(out.write_all(draft.text.as_bytes())?))?,
    }
    Ok(Exit::Swept)
}

/// Writes a file that is not there yet; one that cannot be written to its end is taken away again.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let write = |mut file: File| file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let made = File::create_new(path);
    let is_made = made.is_ok();
    made.and_then(write).map_err(|error| {
        if is_made {
            let _ = fs::remove_file(path); // where even that fails, the first failure says why
        }
        if error.kind() == ErrorKind::AlreadyExists {
            let path = path.display();
            let said = format!("{path} is there already: expected a new file, and nothing is overwritten");
            return io::Error::new(ErrorKind::AlreadyExists, said).into();
        }
        anyhow::Error::new(error).context(format!("failed to write {}", path.display()))
    })
}
