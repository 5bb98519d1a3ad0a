//! A server that runs on a queue of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::client::{Address, Answer, Request};
use crate::cli::place::Place;
use crate::cli::program::{BINARY, Program, Ran};
use crate::cli::signals::send;

/// One that serves. It ends when it is dropped.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) address: Address,
    stderr: BufReader<ChildStderr>,
    /// What it said before it served.
    before: String,
    tokens: PathBuf,
}

impl Place {
    /// Where its tokens are kept.
    pub(crate) fn tokens(&self) -> PathBuf {
        self.file("state/zombie-sweeper")
    }

    pub(crate) fn server(&self, args: &[&str]) -> Program {
        let server = self.sweeper(&["serve"]).args(args);
        server
            .env("XDG_STATE_HOME", self.file("state"))
            .env("STATE_DIRECTORY", "")
    }

    /// On a port of its own.
    pub(crate) fn serve(&self, args: &[&str]) -> Served {
        let on_any_port = [&["--listen", "127.0.0.1:0"], args].concat();
        Served::of(self.server(&on_any_port).start(), self)
    }

    /// With nothing but questions: nobody watches.
    pub(crate) fn answer(&self, args: &[&str]) -> Served {
        self.serve(&[&["--no-watch"], args].concat())
    }

    /// On a socket, in a folder that is not there yet.
    pub(crate) fn serve_on_a_socket(&self, args: &[&str]) -> Served {
        let socket = self.file("run/socket");
        let on_it = [&["--no-watch", "--unix", socket.to_str().unwrap()], args].concat();
        Served::of(self.server(&on_it).start(), self)
    }

    /// What listens is handed over, as a service manager does.
    pub(crate) fn hand_over(&self, listener: TcpListener, args: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command
            .arg("--db")
            .arg(self.db())
            .args(["serve", "--no-watch"])
            .args(args);
        command.env("XDG_STATE_HOME", self.file("state"));
        command.env("LISTEN_FDS", "1").env("LISTEN_FDS_FIRST_FD", "0");
        command
            .stdin(OwnedFd::from(listener))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A file that nobody but its owner may read, unless the mode says otherwise.
    pub(crate) fn token_file(&self, name: &str, token: &str, mode: u32) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, token).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Served {
    pub(crate) fn of(mut child: Child, place: &Place) -> Self {
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let (mut before, mut said) = (String::new(), String::new());
        stderr.read_line(&mut said).unwrap();
        while !said.starts_with("serves on ") {
            before.push_str(&said);
            said.clear();
            assert!(stderr.read_line(&mut said).unwrap() > 0, "it ended: {before}");
        }
        let place_of = said.strip_prefix("serves on ").expect(&said);
        let place_of = place_of.split(", to who").next().unwrap().trim_end();
        let address = match place_of.strip_prefix("http://") {
            Some(address) => Address::Tcp(address.parse().unwrap()),
            None => Address::Unix(place_of.strip_prefix("the socket ").unwrap().into()),
        };
        Self {
            child,
            address,
            stderr,
            before,
            tokens: place.tokens(),
        }
    }

    /// The token of a kind.
    pub(crate) fn token(&self, kind: &str) -> String {
        let path = self.tokens.join(format!("{kind}.token"));
        fs::read_to_string(path).unwrap().trim().to_owned()
    }

    #[track_caller]
    pub(crate) fn ask(&self, request: &Request) -> Answer {
        self.address.ask(request)
    }

    /// Waits for a line of the log that says this.
    #[track_caller]
    pub(crate) fn says(&mut self, words: &str) {
        let mut line = String::new();
        while !line.contains(words) {
            self.before.push_str(&line);
            line.clear();
            assert!(
                self.stderr.read_line(&mut line).unwrap() > 0,
                "it ended: {}",
                self.before
            );
        }
        self.before.push_str(&line);
    }

    /// Ends it as a service manager does.
    pub(crate) fn stop(self) -> Ran {
        send("TERM", &self.child);
        self.ended()
    }

    /// All that it says but where it serves, once it has ended.
    pub(crate) fn ended(mut self) -> Ran {
        let (mut stdout, mut stderr) = (String::new(), std::mem::take(&mut self.before));
        self.stderr.read_to_string(&mut stderr).unwrap();
        let out = self.child.stdout.take();
        out.unwrap().read_to_string(&mut stdout).unwrap();
        let exit = self.child.wait().unwrap().code().unwrap_or(-1);
        Ran { exit, stdout, stderr }
    }
}

impl Drop for Served {
    /// Who is killed leaves no counts of what was run.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            send("TERM", &self.child);
        }
        end(&mut self.child);
    }
}

/// Waits for a program that was told to end, and kills it where it does not.
pub(crate) fn end(child: &mut Child) {
    for _ in 0..500 {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A file that only its owner may read, with nothing in it.
pub(crate) fn make_empty(path: &Path) {
    let options = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    drop(options.unwrap());
}
