use std::fmt::{self, Debug};
use std::io::{IsTerminal, Write};

use tracing::field::Field;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format;

use super::args::{Format, LogArgs};
use super::{failure, text};

/// Sends the log to standard error, which stays empty where there is nothing to say.
pub(crate) fn init(args: &LogArgs) {
    let level = match (args.quiet, args.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .log_internal_errors(false); // they would go to standard error, which just failed
    match args.log_format {
        Format::Json => log.json().init(),
        Format::Text => log
            .with_ansi(colours())
            .with_target(false)
            .fmt_fields(format::debug_fn(field).delimited(" "))
            .init(),
    }
}

/// One field of a line, and no more than that, whatever the queue calls its tasks.
fn field(out: &mut format::Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    let value = text::harmless(&format!("{value:?}"), &[]);
    match field.name() {
        "message" => write!(out, "{value}"),
        name => write!(out, "{name}={value}"),
    }
}

/// Says why the program failed: once, on one line where the journal would make an entry of each.
pub(crate) fn failure(error: &anyhow::Error, args: &LogArgs) {
    let text = failure::text(error);
    if args.log_format == Format::Json {
        tracing::error!("{text}");
        return;
    }
    let lines: &[char] = if failure::shows_lines(error) {
        &['\n', '\t']
    } else {
        &[]
    };
    let text = text::harmless(text.trim_end(), lines);
    // Where even this fails, the exit code is left to tell.
    let _ = if in_journal() {
        writeln!(std::io::stderr(), "<3>error: {}", text.replace('\n', " | "))
    } else {
        writeln!(std::io::stderr(), "error: {text}")
    };
}

fn colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether standard error is systemd's journal, which reads a priority off the front of a line.
#[cfg(unix)]
fn in_journal() -> bool {
    use std::os::unix::fs::MetadataExt;

    let Ok(stream) = std::env::var("JOURNAL_STREAM") else {
        return false;
    };
    std::fs::metadata("/dev/stderr")
        .is_ok_and(|stderr| stream == format!("{}:{}", stderr.dev(), stderr.ino()))
}

#[cfg(not(unix))]
fn in_journal() -> bool {
    false
}
