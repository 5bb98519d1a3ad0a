//! One thing that is wrong, or may be, with a queue.

use std::fmt;

use serde::{Serialize, Serializer};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// It will go wrong, or does so without anybody's notice.
    Warning,
    /// It is wrong: tasks are not swept, or may be swept that should not.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

macro_rules! codes {
    ($($(#[$about:meta])* $code:ident $word:literal $severity:ident,)*) => {
        /// What a finding is about. Its word is part of the interface; words may be added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$about])* $code,)* }

        impl Code {
            /// Each there is.
            pub const ALL: &[Self] = &[$(Self::$code,)*];

            /// Its word.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$code => $word,)* }
            }

            /// How bad it is where nothing makes it better or worse.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$code => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The schema does not fit the profile, so that nothing can be swept.
    SchemaMisfit "schema_misfit" Error,
    /// No profile was named, and one that ships was taken.
    ProfileGuessed "profile_guessed" Warning,
    /// Nothing can show that a task is at work.
    NoSignOfLife "no_sign_of_life" Warning,
    /// Nothing but its start shows that a task is at work.
    StartsAlone "starts_alone" Warning,
    /// An index would spare each sweep a look at a whole table.
    MissingIndex "missing_index" Warning,
    /// A word of the profile that no task has.
    WordOfNoTask "word_of_no_task" Notice,
    /// A status of runs that the profile does not know.
    UnknownRunStatus "unknown_run_status" Warning,
    /// A column that looks like a heartbeat and is not read.
    LookAlike "look_alike" Warning,
    /// Values that are not understood as times.
    UnreadableTime "unreadable_time" Warning,
    /// Claims that live by their last update alone.
    ClaimByUpdate "claim_by_update" Notice,
    /// What is called running and has an end.
    EndedYetRunning "ended_yet_running" Warning,
    /// A living task has used up much of its patience.
    StaleAfterTight "stale_after_tight" Warning,
    /// The same of a claim.
    ClaimGraceTight "claim_grace_tight" Warning,
    /// Moments that lie ahead of now.
    ClockAhead "clock_ahead" Warning,
    /// Nobody at work has shown life for longer than is borne.
    AllSilent "all_silent" Error,
    /// The clock was set.
    ClockStepped "clock_stepped" Warning,
    /// The machine was suspended since it booted.
    Suspended "suspended" Notice,
    /// Times without a zone that may be local.
    LocalTime "local_time" Warning,
    /// Its file, its folder or its mount cannot be written.
    NotWritable "not_writable" Error,
    /// Its folder cannot be written by the database's owner.
    FolderNotWritable "folder_not_writable" Error,
    /// A log or its index belongs to another user than the database.
    LogOfAnother "log_of_another" Warning,
    /// Everybody may write it, or to its folder.
    WritableByAll "writable_by_all" Warning,
    /// The database has a second name.
    SecondName "second_name" Warning,
    /// The log is large.
    LogLarge "log_large" Warning,
    /// A log or a journal was left behind.
    LogLeft "log_left" Notice,
    /// Readers and writers wait for each other.
    RollbackJournal "rollback_journal" Notice,
    /// There is little room left.
    DiskFull "disk_full" Warning,
    /// It lies on another machine.
    NetworkFileSystem "network_file_system" Error,
    /// It was read from a copy.
    ReadFromCopy "read_from_copy" Notice,
    /// Runs that are said to be at work, of tasks that are not.
    OpenRunOfIdleTask "open_run_of_idle_task" Warning,
    /// Runs that are said to be at work, of tasks that name another.
    OpenRunUnnamed "open_run_unnamed" Warning,
    /// Somebody is at work on a run that no task names.
    StrayWorker "stray_worker" Error,
    /// A task names the run of another.
    RunOfAnother "run_of_another" Warning,
    /// Two tasks at work hold what one alone can have.
    HeldTwice "held_twice" Error,
    /// A task that waits holds what it does not need.
    HeldByIdleTask "held_by_idle_task" Warning,
    /// A workspace is held by nobody at work.
    WorkspaceOfIdleTask "workspace_of_idle_task" Warning,
    /// Nothing proves these tasks dead or alive.
    Undecided "undecided" Warning,
    /// Tasks that a sweep would reap.
    Zombies "zombies" Notice,
    /// They have been so for long, and no sweep has come.
    NotSwept "not_swept" Error,
    /// More are due than a sweep may reap, so that none is.
    HeldBack "held_back" Error,
    /// Tasks that are reaped again and again.
    Repeats "repeats" Warning,
    /// A timer that would start sweeps does not run.
    TimerInactive "timer_inactive" Warning,
    /// The last sweep of a unit failed.
    SweepFailed "sweep_failed" Error,
    /// No sweep has succeeded for long.
    SweeperSilent "sweeper_silent" Warning,
    /// What is remembered of past sweeps cannot be read.
    LedgerUnread "ledger_unread" Warning,
    /// Nothing known starts sweeps.
    NoSchedule "no_schedule" Notice,
    /// The queue refuses a reap.
    TrialRefused "trial_refused" Error,
    /// A reap of one row holds the lock for too long.
    TrialSlow "trial_slow" Warning,
    /// No reap could be tried.
    TrialNotMade "trial_not_made" Notice,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What was seen.
    pub seen: String,
    /// What to do about it.
    pub advice: String,
    /// A statement that mends it, to be pasted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// How many rows it is about, where it is about rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// The ids of some of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

impl Finding {
    pub(super) fn new(code: Code, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            seen: seen.into(),
            advice: advice.into(),
            sql: None,
            count: None,
            examples: Vec::new(),
        }
    }

    pub(super) fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    pub(super) fn sql(self, sql: impl Into<String>) -> Self {
        Self {
            sql: Some(sql.into()),
            ..self
        }
    }

    pub(super) fn of(self, rows: &Rows) -> Self {
        Self {
            count: Some(rows.count),
            examples: rows.examples.clone(),
            ..self
        }
    }
}

/// Rows that a finding is about: how many, and the ids of the first of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) count: usize,
    examples: Vec<String>,
}

impl Rows {
    /// How many ids a finding names.
    const MOST: usize = 5;

    pub(super) fn see(&mut self, id: impl fmt::Display) {
        self.count += 1;
        if self.examples.len() < Self::MOST {
            self.examples.push(id.to_string());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Such as `t1, t2 and 3 more`.
impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.examples.join(", "))?;
        match self.count - self.examples.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
