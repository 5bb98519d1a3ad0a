//! Why a request got no answer, as RFC 9457 has it: `application/problem+json`.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use zombie_sweeper::SweepReport;

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request got no answer. Its [`detail`](Self::detail) says what was expected, what was found and what to do.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<Mistake>,
    more: Map<String, Value>,
    /// What was written before it failed.
    committed: Option<Arc<SweepReport>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One thing that is wrong with a request, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Mistake {
    /// The way to it, such as `["query", "limit"]`.
    loc: Vec<Step>,
    /// What was expected, and what was found.
    msg: String,
    /// A word for programs.
    #[serde(rename = "type")]
    kind: &'static str,
}

/// A step of the way to a mistake: a key, or a place in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Step {
    Key(String),
    Place(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(place: usize) -> Self {
        Self::Place(place)
    }
}

impl Mistake {
    pub(crate) fn new(kind: &'static str, loc: impl Into<Vec<Step>>, msg: impl Into<String>) -> Self {
        Self {
            loc: loc.into(),
            msg: msg.into(),
            kind,
        }
    }

    /// For people, on a line.
    fn said(&self) -> String {
        // The first step tells query from body, which the sentence tells too.
        let steps = self.loc.iter().skip(1).map(|step| match step {
            Step::Key(key) => key.clone(),
            Step::Place(place) => place.to_string(),
        });
        let way = steps.collect::<Vec<_>>().join(".");
        if way.is_empty() {
            self.msg.clone()
        } else {
            format!("{way}: {}", self.msg)
        }
    }
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            errors: Vec::new(),
            more: Map::new(),
            committed: None,
            headers: Vec::new(),
        }
    }

    /// One that says of a status no more than what it means.
    pub(crate) fn bare(status: StatusCode) -> Self {
        Self::new(status, meaning(status))
    }

    /// A request that cannot be understood, and everything that is wrong with it.
    pub(crate) fn mistakes(errors: Vec<Mistake>) -> Self {
        let said: Vec<_> = errors.iter().map(Mistake::said).collect();
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, said.join("; "))
        }
    }

    /// A request that may work later.
    pub(crate) fn try_again(status: StatusCode, detail: impl Into<String>, after: Duration) -> Self {
        Self::new(status, detail).with_header(RETRY_AFTER, after.as_secs().max(1).into())
    }

    /// With a member that RFC 9457 leaves to us.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.more.insert(key.to_owned(), value);
        self
    }

    /// Of a sweep that wrote this before it failed.
    #[must_use]
    pub(crate) fn having_committed(mut self, report: SweepReport) -> Self {
        self.committed = Some(Arc::new(report));
        self
    }

    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// What its status is called.
    pub(crate) fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Failed")
    }

    /// What was expected, what was found, what to do.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What was written before it failed.
    pub(crate) fn committed(&self) -> Option<&SweepReport> {
        self.committed.as_deref()
    }

    /// What it adds to the header of its answer.
    pub(crate) fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    fn json(&self) -> Map<String, Value> {
        let mut json = Map::new();
        // Its status says all there is to say of its kind.
        json.insert("type".to_owned(), "about:blank".into());
        json.insert("title".to_owned(), self.title().into());
        json.insert("status".to_owned(), self.status.as_u16().into());
        json.insert("detail".to_owned(), self.detail.as_str().into());
        if !self.errors.is_empty() {
            json.insert(
                "errors".to_owned(),
                serde_json::to_value(&self.errors).unwrap_or_default(),
            );
        }
        if let Some(committed) = &self.committed {
            json.insert(
                "committed".to_owned(),
                serde_json::to_value(&**committed).unwrap_or_default(),
            );
        }
        json.extend(self.more.clone());
        json
    }
}

impl IntoResponse for Problem {
    /// It goes along with the answer, for who can say it better than in JSON.
    fn into_response(self) -> Response {
        let body = Value::Object(self.json()).to_string();
        let mut response = (self.status, [(CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        for (name, value) in &self.headers {
            response.headers_mut().append(name, value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// What a status says where nobody has said more.
fn meaning(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "this wants a token: as a bearer, or as the password of any user",
        StatusCode::FORBIDDEN => "this token does not open it",
        StatusCode::NOT_FOUND => "there is nothing here; what there is stands at /docs",
        StatusCode::METHOD_NOT_ALLOWED => "there is nothing to be had by this method here",
        StatusCode::REQUEST_TIMEOUT => "the request took too long to come",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than is taken here",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "the body must be `application/json`, and its header say so",
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => "the request is not understood",
        StatusCode::TOO_MANY_REQUESTS => "too many requests at once; try again",
        StatusCode::SERVICE_UNAVAILABLE => "not now; try again",
        status if status.is_client_error() => "the request was refused",
        _ => "something went wrong here; the log says what",
    }
}
