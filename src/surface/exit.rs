//! Every exit code there is.

use std::process::ExitCode;

/// How the program ends. 64 and above are those of BSD's `sysexits.h`, which systemd's journal knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Swept = 0,
    Failure = 1,
    Usage = 2,
    ZombiesFound = 3,
    Data = 65,
    NoInput = 66,
    Unavailable = 69,
    Io = 74,
    Busy = 75,
    NoPermission = 77,
    Interrupted = 130,
    Terminated = 143,
}

/// What each code says, as the help prints it.
pub(crate) const MEANINGS: [(Exit, &str); 12] = [
    (
        Exit::Swept,
        "swept, also when no zombie was found; or a watch that a signal ended",
    ),
    (
        Exit::Failure,
        "zombies could not be reaped, or a failure that has no code of its own",
    ),
    (
        Exit::Usage,
        "wrong usage, or a project or task that the database does not know",
    ),
    (
        Exit::ZombiesFound,
        "zombies were found, with --fail-on-zombies; more than --at-most allows; or a finding, with --fail-on",
    ),
    (
        Exit::Data,
        "not a database, corrupt, or its schema or the profile not understood",
    ),
    (Exit::NoInput, "no such database or profile file"),
    (
        Exit::Unavailable,
        "the database needs what only its orchestrator has",
    ),
    (
        Exit::Io,
        "reading, writing or listening failed: disk full, port taken, a summary that nobody reads",
    ),
    (Exit::Busy, "the database is busy: nothing was written, try again"),
    (Exit::NoPermission, "no permission, or the database is read-only"),
    (
        Exit::Interrupted,
        "stopped by SIGINT; what was under way was rolled back",
    ),
    (
        Exit::Terminated,
        "stopped by SIGTERM; what was under way was rolled back",
    ),
];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The list of the help.
pub(crate) fn help() -> String {
    MEANINGS
        .iter()
        .fold(String::from("Exit codes:\n"), |list, (exit, meaning)| {
            list + &format!("  {:>3}  {meaning}\n", *exit as u8)
        })
}
