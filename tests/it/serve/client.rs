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
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

pub(crate) trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A request, with what makes it one.
pub(crate) struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Address {
    pub(crate) fn connect(&self) -> Box<dyn Stream> {
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
    pub(crate) fn send(&self, bytes: &[u8]) -> String {
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
    pub(crate) fn ask(&self, request: &Request) -> Answer {
        Answer::parse(&self.send(request.bytes(&["Connection: close"]).as_bytes()))
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect(text);
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }
}

pub(crate) fn get(target: impl Into<String>) -> Request {
    Request {
        method: "GET",
        target: target.into(),
        headers: vec![("Host", "localhost".to_owned())],
        body: String::new(),
    }
}

/// A body of JSON.
pub(crate) fn post(target: &str, body: &str) -> Request {
    let json = Request {
        method: "POST",
        body: body.to_owned(),
        ..get(target)
    };
    json.with("Content-Type", "application/json")
}

impl Request {
    /// By another method.
    pub(crate) fn by(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.with("Authorization", format!("Bearer {token}"))
    }

    /// As a browser shows it.
    pub(crate) fn password(self, token: &str) -> Self {
        use base64::Engine as _;

        let pair = base64::engine::general_purpose::STANDARD.encode(format!("me:{token}"));
        self.with("Authorization", format!("Basic {pair}"))
    }

    /// As it goes out, with further lines in its header.
    pub(crate) fn bytes(&self, lines: &[&str]) -> String {
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
