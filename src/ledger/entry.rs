//! What is entered after a sweep.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::report::SweepReport;
use crate::zombie::Timestamp;

/// What was swept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The path of the database, made absolute, without links on the way; one that is no text is spelt out.
    pub database: String,
    /// The project, as it was asked for; `None`: all of them.
    pub project: Option<String>,
}

impl Scope {
    /// The scope of a database at this path.
    #[must_use]
    pub fn new(database: &Path, project: Option<&str>) -> Self {
        Self {
            database: shown(&absolute(database)),
            project: project.map(str::to_owned),
        }
    }
}

/// No two databases are to look alike.
fn shown(path: &Path) -> String {
    path.to_str().map_or_else(
        || path.as_os_str().as_encoded_bytes().escape_ascii().to_string(),
        str::to_owned,
    )
}

/// A path without links, as far as it exists.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let resolved = std::fs::canonicalize(path).or_else(|_| {
        let folder = std::fs::canonicalize(folder_of(path))?;
        Ok::<_, std::io::Error>(folder.join(path.file_name().unwrap_or_default()))
    });
    resolved
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

/// The folder in which a file lies: of a lone name that is the current one.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// What the clocks of a machine said at one moment. Two sweeps of one boot tell by them whether the wall clock was set, and
/// for how long the machine was suspended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// What tells this boot of the machine from any other, where the system says it.
    pub boot_id: Option<String>,
    /// The wall clock.
    pub wall: Timestamp,
    /// Since the machine booted, the time that it was suspended included.
    pub since_boot: Option<Duration>,
    /// The same without that time.
    pub awake: Option<Duration>,
}

/// One sweep.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'e> {
    /// What was swept.
    pub scope: &'e Scope,
    /// Whether it was narrowed to tasks that were named, and tells nothing of the others.
    pub is_narrowed: bool,
    /// Its *now*.
    pub at: Timestamp,
    /// The clocks when it was over.
    pub clocks: &'e Clocks,
    /// What came of it.
    pub outcome: Outcome<'e>,
}

/// What came of a sweep.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'e> {
    /// This, the error of a sweep that stopped early included.
    Swept(&'e SweepReport),
    /// It failed for this reason, and nothing was written.
    Failed(&'e str),
}

impl Outcome<'_> {
    /// Whether it counts among the sweeps that failed: it stopped early, could not reap a task, or was held back.
    #[must_use]
    pub fn is_failure(self) -> bool {
        match self {
            Self::Failed(_) => true,
            Self::Swept(report) => {
                report.error.is_some() || !report.failed.is_empty() || report.held_back.is_some()
            }
        }
    }
}
