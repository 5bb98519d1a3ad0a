use std::fmt::{self, Debug};
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tracing::field::Field;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::cli::args::{Format, LogArgs};
use super::cli::text;
use super::failure;
use super::stream::Stream;

/// How long the log's reader may take nothing. What comes then is lost: a log must not keep a sweep from its work.
const PATIENCE: Duration = Duration::from_secs(5);

/// What speaks MCP for us.
const PROTOCOL: &str = "rmcp";

/// What our own lines come from.
const OURS: &str = env!("CARGO_CRATE_NAME");

static LOG: Mutex<Log> = Mutex::new(Log {
    stream: Stream::error(PATIENCE),
    lost: 0,
    keepers: 0,
    kept: Vec::new(),
});

/// Standard error, and how many lines were lost on the way to it.
struct Log {
    stream: Stream,
    lost: usize,
    /// How many keep the lines back, and those that wait until nobody waits for us any more.
    keepers: usize,
    kept: Vec<Vec<u8>>,
}

impl Log {
    fn write(&mut self, line: &[u8]) {
        if self.keepers > 0 {
            self.kept.push(line.to_vec());
        } else if self.stream.write_all(line).is_err() {
            self.lost += 1;
        }
    }
}

/// Lines of the log are kept back until this is dropped, and all others of its kind.
pub(crate) struct Kept;

/// Keeps back what is logged while a database is read: its locks may have workers wait, and the log's reader may have
/// stopped reading.
pub(crate) fn keep() -> Kept {
    let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    log.keepers += 1;
    Kept
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        log.keepers = log.keepers.saturating_sub(1);
        if log.keepers == 0 {
            for line in std::mem::take(&mut log.kept) {
                log.write(&line);
            }
        }
    }
}

/// Sends the log to standard error, which stays empty where there is nothing to say.
pub(crate) fn init(args: &LogArgs) {
    let level = match (args.quiet, args.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    // Whoever knows the id of a session, of a plan or of a question can use it, and what we are built on logs all that it is sent.
    let others = level.min(LevelFilter::WARN);
    // It warns of each refusal in its own terms; the client was told, and we say it in ours.
    let protocol = if args.verbose == 0 {
        others.min(LevelFilter::ERROR)
    } else {
        others
    };
    let whose = Targets::new().with_default(others);
    let whose = whose.with_target(PROTOCOL, protocol).with_target(OURS, level);
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(|| Lines)
        .log_internal_errors(false); // they would go to standard error, which just failed
    match args.log_format {
        Format::Json => log.json().finish().with(whose).init(),
        Format::Text => log
            .with_ansi(colours())
            .with_target(false)
            .fmt_fields(format::debug_fn(field).delimited(" "))
            .finish()
            .with(whose)
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

/// Writes to the log, line by line. Never fails: where nobody reads, the exit code is left to tell.
struct Lines;

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).write(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Says how it stands to whoever has started it, in a line without a secret. It is no warning, and yet is to be seen.
pub(crate) fn say(text: &str, args: &LogArgs) {
    if args.quiet {
        return;
    }
    let text = text::harmless(text, &[]);
    let line = match args.log_format {
        Format::Json => serde_json::json!({"level": "INFO", "fields": {"message": text}}).to_string(),
        Format::Text if in_journal() => format!("<6>{text}"),
        Format::Text => text,
    };
    let _ = Lines.write(format!("{line}\n").as_bytes());
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
    let line = if in_journal() {
        format!("<3>error: {}\n", text.replace('\n', " | "))
    } else {
        format!("error: {text}\n")
    };
    let _ = Lines.write(line.as_bytes());
}

/// Says how many lines nobody read, should somebody read again.
pub(crate) fn finish() {
    let lost = LOG.lock().unwrap_or_else(PoisonError::into_inner).lost;
    if lost > 0 {
        tracing::warn!(lost, "lines of the log are missing: nobody read them in time");
    }
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
