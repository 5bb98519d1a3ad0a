//! A server that is asked by who has the token that opens everything.

use serde_json::Value;

use crate::cli::place::Place;
use crate::serve::client::{self, Request, get, post};
use crate::serve::place::Served;

/// The program as it serves a queue, and does not watch: what is not asked for does not happen.
pub(crate) struct Server(Served);

/// What it says to a request.
pub(crate) struct Answer(client::Answer);

impl Server {
    pub(crate) fn on(place: &Place, args: &[&str]) -> Self {
        Self(place.answer(args))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(get(path))
    }

    /// Sends JSON.
    pub(crate) fn post(&self, path: &str, json: &Value) -> Answer {
        self.ask(post(path, &json.to_string()))
    }

    pub(crate) fn ask(&self, request: Request) -> Answer {
        Answer(self.0.ask(&request.bearer(&self.0.token("write"))))
    }
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.0.status
    }

    pub(crate) fn body(&self) -> &str {
        &self.0.body
    }

    /// What its header says of this, as it is written but for capitals.
    pub(crate) fn head(&self, name: &str) -> Option<&str> {
        let mut lines = self.0.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(is, _)| *is == name);
        found.map(|(_, value)| value)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.body()).unwrap_or_else(|error| panic!("{error}: {}", self.body()))
    }

    /// What it says where all is well.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status(), 200, "{}", self.body());
        assert_eq!(self.head("content-type"), Some("application/json"));
        self.json()
    }

    /// What it says where it is not, and that it says it as it should.
    #[track_caller]
    pub(crate) fn problem(self, status: u16) -> Value {
        assert_eq!(self.status(), status, "{}", self.body());
        assert_eq!(self.head("content-type"), Some("application/problem+json"));
        let json = self.json();
        assert_eq!(json["status"], status);
        assert_eq!(json["type"], "about:blank");
        assert!(json["title"].is_string() && json["detail"].is_string(), "{json}");
        json
    }
}
