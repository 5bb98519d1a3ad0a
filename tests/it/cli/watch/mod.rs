//! `watch`, as it runs: what it reaps and says while it stays, whatever happens to its database, and how it ends.

mod files;
mod learned;
mod manager;
mod outages;
mod reaps;
mod refused;
mod stops;

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::place::Place;
use super::program::{BINARY, Program};
use super::signals::{send, wait_until};
use crate::world::check_json;

/// Longer than anything here takes: what runs into it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A watch that runs.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    said: Receiver<String>,
}

/// How it ended.
struct Ended {
    exit: Option<i32>,
    /// The lines that nobody had read until then.
    lines: Vec<String>,
    stderr: String,
}

impl Place {
    /// The program without a terminal that could hang up, as a service manager starts it, whatever the tests ignore.
    fn watcher(&self, args: &[&str]) -> Program {
        let mut command = Command::new("setsid");
        command.args(["env", "--default-signal=HUP"]);
        command.arg(BINARY).arg("--db").arg(self.db()).arg("watch");
        Program::by(command).args(args)
    }

    fn watch(&self, args: &[&str]) -> Watching {
        Watching::of(self.watcher(args))
    }

    /// The task's run ends, and its worker never says so of the task.
    fn end_run(&self, task: &str) {
        let end = "UPDATE task_runs SET status = 'completed', \
             completed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE task_id = ?1";
        assert_eq!(self.connect().execute(end, [task]).unwrap(), 1);
    }
}

impl Watching {
    fn of(program: Program) -> Self {
        let mut child = program.start();
        let lines = read_lines(child.stdout.take().unwrap());
        let said = read_lines(child.stderr.take().unwrap());
        Self { child, lines, said }
    }

    /// The summary on the next line.
    #[track_caller]
    fn next(&self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("a line comes");
        let summary = serde_json::from_str(&line).unwrap();
        check_json(&summary);
        summary
    }

    /// Those that the next line says were reaped.
    #[track_caller]
    fn reaped(&self) -> Vec<String> {
        let ids = self.next()["task_ids"].clone();
        serde_json::from_value(ids).unwrap()
    }

    /// The next line of the log that says this.
    #[track_caller]
    fn says(&self, words: &str) -> String {
        loop {
            let line = self.said.recv_timeout(PATIENCE).expect(words);
            if line.contains(words) {
                return line;
            }
        }
    }

    /// The files of the queue that it has open, by name.
    fn open_files(&self, place: &Place) -> Vec<String> {
        let folder = format!("/proc/{}/fd", self.child.id());
        let links = fs::read_dir(folder).unwrap().flatten();
        let mut files: Vec<_> = links
            .filter_map(|link| fs::read_link(link.path()).ok())
            .filter_map(|file| Some(file.strip_prefix(place.path()).ok()?.display().to_string()))
            .collect();
        files.sort();
        files
    }

    /// Until it has the database open, and has read it.
    fn wait_until_it_looks(&self, place: &Place) {
        wait_until("it has opened the database", || {
            self.open_files(place).iter().any(|name| name.ends_with("-shm"))
        });
    }

    fn signal(&self, signal: &str) {
        send(signal, &self.child);
    }

    /// Ends it as a service manager does.
    fn stop(self) -> Ended {
        self.signal("TERM");
        self.ended()
    }

    fn ended(mut self) -> Ended {
        let exit = self.child.wait().unwrap().code();
        Ended {
            exit,
            lines: self.lines.iter().collect(),
            stderr: self.said.iter().map(|line| line + "\n").collect(),
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// It ended well, and had nothing more to say.
    #[track_caller]
    fn quietly(self) {
        assert_eq!(self.stderr, "");
        assert_eq!(self.lines, [""; 0]);
        assert_eq!(self.exit, Some(0));
    }
}

fn read_lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (read, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if read.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
