use std::io::{self, ErrorKind, IsTerminal, Write};

use anyhow::Context;
use serde::Serialize;

use super::args::Format;

/// Prints what a command found: JSON on one line, on several where a person looks on, or text.
pub(crate) fn print(
    format: Format,
    json: &impl Serialize,
    text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    match format {
        Format::Text => lines(|out| Ok(text(out)?)),
        Format::Json => write_to(io::stdout().lock(), |out| {
            let written = if io::stdout().is_terminal() {
                serde_json::to_writer_pretty(&mut *out, json)
            } else {
                serde_json::to_writer(&mut *out, json)
            };
            written.map_err(io::Error::from)?;
            Ok(writeln!(out)?)
        }),
    }
}

/// Writes to standard output, without colours where nobody would see them.
pub(crate) fn lines(write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    write_to(anstream::AutoStream::auto(io::stdout()).lock(), write)
}

/// A reader that has gone away is no failure: what was to be done is done.
fn write_to(out: impl Write, write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(out);
    match write(&mut out).and_then(|()| Ok(out.flush()?)) {
        Err(error) if !is_broken_pipe(&error) => Err(error).context("failed to write to standard output"),
        _ => Ok(()),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().map(io::Error::kind) == Some(ErrorKind::BrokenPipe)
}
