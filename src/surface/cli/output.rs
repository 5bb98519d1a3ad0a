use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use anstream::AutoStream;
use anyhow::Context;
use serde::Serialize;

use super::args::Format;
use crate::surface::stream::Stream;

/// Prints what a command found: JSON on one line, on several where a person looks on, or text. All of it, or it fails.
pub(crate) fn print(
    format: Format,
    json: &impl Serialize,
    text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if format == Format::Json && io::stdout().is_terminal() {
        let mut out = BufWriter::new(Stream::output());
        serde_json::to_writer_pretty(&mut out, json)?;
        writeln!(out)?;
        return out.flush();
    }
    print_next(format, json, text)
}

/// Held by who prints, so that no two lines run into each other.
static PRINTING: Mutex<()> = Mutex::new(());

/// Prints one of many: JSON on a line of its own, whoever looks on, or text.
pub(crate) fn print_next(
    format: Format,
    json: &impl Serialize,
    text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let _printing = PRINTING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut out = BufWriter::new(Stream::output());
    match format {
        Format::Text => text(&mut coloured(&mut out))?,
        Format::Json => {
            serde_json::to_writer(&mut out, json)?;
            writeln!(out)?;
        }
    }
    out.flush()
}

/// Prints lines for people, as far as they are read.
pub(crate) fn lines(write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(Stream::output());
    as_far_as_read(write(&mut coloured(&mut out)).and_then(|()| Ok(out.flush()?)))
}

/// A reader that has gone away is no failure where nothing is lost with what it did not read.
pub(crate) fn as_far_as_read(printed: anyhow::Result<()>) -> anyhow::Result<()> {
    match printed {
        Err(error) if !is_broken_pipe(&error) => Err(error).context("failed to write to standard output"),
        _ => Ok(()),
    }
}

/// Without colours where nobody would see them.
fn coloured(out: &mut BufWriter<Stream>) -> AutoStream<&mut (dyn Write + 'static)> {
    let choice = AutoStream::choice(&io::stdout());
    AutoStream::new(out, choice)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().map(io::Error::kind) == Some(ErrorKind::BrokenPipe)
}
