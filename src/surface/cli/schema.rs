use serde::Serialize;
use zombie_sweeper::Profile;

use super::args::Cli;
use super::{output, text};
use crate::surface::exit::Exit;
use crate::surface::{verbs, wall_clock};

/// `zombie-sweeper schema`: prints which table and column plays which role, and the words.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let understood = verbs::schema(&cli.site(), wall_clock::now())?;
    let printed = output::print(cli.log.format, &understood, |out| {
        text::examples(out, &understood.examples)?;
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
