use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Child;

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::place::Place;
use crate::cli::signals::wait_until;

/// The program as it serves a queue, on a socket of its own.
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
}

/// What it says to a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Server {
    /// One that does not watch: what is not asked for does not happen.
    pub(crate) fn on(place: &Place, args: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("served-").tempdir().unwrap();
        let socket = folder.path().join("run/socket");
        let program = place.sweeper(&["serve", "--no-watch", "--unix"]);
        let program = program.args([socket.as_os_str()]).args(args);
        let child = program
            .env("XDG_STATE_HOME", folder.path())
            .env("STATE_DIRECTORY", "")
            .start();
        let server = Self { child, folder };
        wait_until("it serves", || UnixStream::connect(server.socket()).is_ok());
        server
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("run/socket")
    }

    /// The token of this kind, as it has made it.
    pub(crate) fn token(&self, kind: &str) -> String {
        let file = format!("zombie-sweeper/{kind}.token");
        let token = fs::read_to_string(self.folder.path().join(file)).unwrap();
        token.trim().to_owned()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Sends JSON.
    pub(crate) fn post(&self, path: &str, json: &Value) -> Answer {
        let json = json.to_string();
        self.ask("POST", path, &[("Content-Type", "application/json")], &json)
    }

    /// With the token that opens everything.
    pub(crate) fn ask(&self, method: &str, path: &str, head: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        write!(request, "Authorization: Bearer {}\r\n", self.token("write")).unwrap();
        for (name, value) in head {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        write!(request, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        Answer::read(&answer)
    }
}

/// It ends with the test.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    fn read(answer: &str) -> Self {
        let (head, body) = answer.split_once("\r\n\r\n").expect(answer);
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let head = lines.map(|line| line.split_once(": ").unwrap());
        Self {
            status: status.parse().unwrap(),
            head: head
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }

    /// The first of that name.
    pub(crate) fn head(&self, name: &str) -> Option<&str> {
        let mut head = self.head.iter();
        let found = head.find(|(is, _)| is == name);
        found.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect(&self.body)
    }

    /// What it says where all is well.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        assert_eq!(self.head("content-type"), Some("application/json"));
        self.json()
    }

    /// What it says where it is not, and that it says it as it should.
    #[track_caller]
    pub(crate) fn problem(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.head("content-type"), Some("application/problem+json"));
        let json = self.json();
        assert_eq!(json["status"], status);
        assert_eq!(json["type"], "about:blank");
        assert!(json["title"].is_string() && json["detail"].is_string(), "{json}");
        json
    }
}
