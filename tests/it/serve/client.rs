//! Requests to the byte, as no client that is well brought up would send some of them.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

/// Longer than anything is waited for here: what runs into it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a server is found.
#[derive(Clone, Debug)]
pub(super) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

pub(super) trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

/// A request, with what makes it one.
pub(super) struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Address {
    pub(super) fn connect(&self) -> Box<dyn Stream> {
        match self {
            Self::Tcp(address) => {
                let stream = TcpStream::connect(address).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                Box::new(stream)
            }
            Self::Unix(path) => {
                let stream = UnixStream::connect(path).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                Box::new(stream)
            }
        }
    }

    /// All that comes back until the connection is closed, whatever becomes of what is sent.
    pub(super) fn send(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes); // it may be cut short
        let mut answers = Vec::new();
        if let Err(error) = stream.read_to_end(&mut answers) {
            // What was sent and not read has the connection reset.
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{answers:?}");
        }
        String::from_utf8_lossy(&answers).into_owned()
    }

    #[track_caller]
    pub(super) fn ask(&self, request: &Request) -> Answer {
        Answer::parse(&self.send(request.bytes(&["Connection: close"]).as_bytes()))
    }
}

impl Answer {
    #[track_caller]
    pub(super) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect(text);
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    #[track_caller]
    pub(super) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }
}

pub(super) fn get(target: impl Into<String>) -> Request {
    Request {
        method: "GET",
        target: target.into(),
        headers: vec![("Host", "localhost".to_owned())],
        body: String::new(),
    }
}

/// A body of JSON.
pub(super) fn post(target: &str, body: &str) -> Request {
    let json = Request {
        method: "POST",
        body: body.to_owned(),
        ..get(target)
    };
    json.with("Content-Type", "application/json")
}

impl Request {
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub(super) fn bearer(self, token: &str) -> Self {
        self.with("Authorization", format!("Bearer {token}"))
    }

    /// As a browser shows it.
    pub(super) fn password(self, token: &str) -> Self {
        use base64::Engine as _;

        let pair = base64::engine::general_purpose::STANDARD.encode(format!("me:{token}"));
        self.with("Authorization", format!("Basic {pair}"))
    }

    /// As it goes out, with further lines in its header.
    pub(super) fn bytes(&self, lines: &[&str]) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            write!(text, "{name}: {value}\r\n").unwrap();
        }
        if self.method != "GET" {
            write!(text, "Content-Length: {}\r\n", self.body.len()).unwrap();
        }
        for line in lines {
            write!(text, "{line}\r\n").unwrap();
        }
        text + "\r\n" + &self.body
    }
}
