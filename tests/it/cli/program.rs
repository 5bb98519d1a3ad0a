use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{self, Child, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::world::check_json;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_zombie-sweeper");

/// Longer than anything here takes: what runs into it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, to be run.
pub(crate) struct Program {
    command: process::Command,
    needs: Option<TempDir>,
}

/// How it ended.
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn zombie_sweeper<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Program {
    Program::by(process::Command::new(BINARY)).args(args)
}

impl Program {
    /// The program by way of another, such as `setpriv` or a shell.
    pub(crate) fn by(mut command: process::Command) -> Self {
        let ours = |name: &str| {
            name.starts_with("ZOMBIE_SWEEPER_")
                || name.starts_with("CLICOLOR")
                || ["ORCHESTRA_DB", "NO_COLOR", "JOURNAL_STREAM"].contains(&name)
        };
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(ours) {
                command.env_remove(name);
            }
        }
        Self { command, needs: None }
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// A folder that has to stay until it has run.
    pub(crate) fn needs(self, folder: Option<TempDir>) -> Self {
        Self {
            needs: folder,
            ..self
        }
    }

    pub(crate) fn run(self) -> Ran {
        let mut command = assert_cmd::Command::from_std(self.command);
        let ran = Ran::new(command.timeout(PATIENCE).output().unwrap());
        drop(self.needs);
        ran
    }

    /// Starts it, and lets it run.
    pub(crate) fn start(mut self) -> Child {
        let pipes = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        pipes.spawn().unwrap()
    }

    /// Starts it to be written to.
    pub(crate) fn start_to_converse(mut self) -> Child {
        let pipes = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        pipes.spawn().unwrap()
    }

    /// Runs it with the standard output or standard error of one's own.
    pub(crate) fn run_into(mut self, stdout: Stdio, stderr: Stdio) -> Ran {
        Ran::new(self.command.stdout(stdout).stderr(stderr).output().unwrap())
    }
}

impl Ran {
    pub(crate) fn new(output: process::Output) -> Self {
        Self {
            exit: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.exit, code, "{}{}", self.stderr, self.stdout);
        self
    }

    /// The summary of a run that succeeded and had nothing else to say.
    #[track_caller]
    pub(crate) fn summary(self) -> Value {
        let ran = self.exits(0);
        assert_eq!(ran.stderr, "");
        ran.json()
    }

    /// The summary, on a line of its own.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.matches('\n').count(), 1, "{}", self.stdout);
        assert!(self.stdout.ends_with('\n'));
        let summary = serde_json::from_str(&self.stdout).unwrap();
        check_json(&summary);
        summary
    }

    /// All there is to see of a failure: its code, and what it says, with the folder it happened in as `~`.
    #[track_caller]
    pub(crate) fn failure(&self, folder: &Path) -> String {
        assert_eq!(self.stdout, "", "{}", self.stderr);
        let mut seen = format!("exit {}\n", self.exit);
        let stderr = self.stderr.replace(folder.to_str().unwrap(), "~");
        write!(seen, "{stderr}").unwrap();
        seen
    }
}
