//! `zombie-sweeper man`: the pages of the manual.

use std::fs;
use std::path::Path;

use anyhow::Context;
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::args::{self, ManArgs};
use super::output;
use crate::surface::exit::Exit;

pub(crate) fn run(args: &ManArgs) -> anyhow::Result<Exit> {
    // Nobody looks for a page on how to get help.
    let mut program = args::shown().disable_help_subcommand(true);
    program.build();
    match &args.output {
        Some(folder) => {
            fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
            write_pages(&program, folder)?;
        }
        None => output::lines(|out| Ok(out.write_all(&page(&program)?)?))?,
    }
    Ok(Exit::Swept)
}

/// The page of a command, and those of the commands below it.
fn write_pages(command: &Command, folder: &Path) -> anyhow::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let path = folder.join(format!("{name}.1"));
    fs::write(&path, page(command)?).with_context(|| format!("failed to write {}", path.display()))?;
    for command in command.get_subcommands() {
        write_pages(command, folder)?;
    }
    Ok(())
}

fn page(command: &Command) -> anyhow::Result<Vec<u8>> {
    let after = command.get_after_long_help().or(command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    let command = command.clone().after_help(None).after_long_help(None);
    let source = concat!("zombie-sweeper ", env!("CARGO_PKG_VERSION"));
    let mut page = Vec::new();
    Man::new(command).source(source).render(&mut page)?;
    sections(&after).to_writer(&mut page)?;
    Ok(page)
}

/// What stands below the options in the help: titles that end in a colon, each with lines that stay as they are.
fn sections(help: &str) -> Roff {
    let mut sections = Roff::new();
    for block in help.split("\n\n") {
        let mut lines = block.lines();
        let Some(title) = lines.next() else { continue };
        let title = title.trim_end_matches(':').to_uppercase();
        sections.control("SH", [title.as_str()]).control("nf", []);
        for line in lines {
            sections.text([roman(line)]);
        }
        sections.control("fi", []);
    }
    sections
}
