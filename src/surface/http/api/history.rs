use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Map, Value};
use utoipa::IntoParams;
use zombie_sweeper::inspect::ReapInHistory;

use super::{Api, ok};
use crate::surface::http::answers::Recorded;
use crate::surface::http::cursor::{Since, at_us};
use crate::surface::http::openapi::Refused;
use crate::surface::http::problem::Problem;
use crate::surface::http::query::Query;
use crate::surface::verbs::HistoryAsked;

/// How many are asked for where the first page is.
const SHALLOW: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();

/// How many are asked for where a later one is. Older ones are for the command line.
const DEEP: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// A page ends early where its reaps are longer than this together, as JSON.
const LONGEST: usize = 1 << 20;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Those of so much time until now, such as 24h.
    #[param(nullable = false, value_type = Option<String>, pattern = "^[1-9][0-9]{0,5}[smhdw]$")]
    since: Option<Duration>,
    /// Those of this task, by its id.
    #[param(nullable = false, max_length = 2048)]
    task: Option<String>,
    /// Those of this project, by name or id.
    #[param(nullable = false, min_length = 1, max_length = 2048)]
    project: Option<String>,
    /// Those for this reason, by its code.
    #[param(nullable = false, min_length = 1, max_length = 2048)]
    reason: Option<String>,
    /// How many reaps a page lists; all are counted.
    #[param(required = false, minimum = 1, maximum = 1000, default = 50)]
    limit: usize,
    /// The `next` of the page before.
    #[param(nullable = false, value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    cursor: Option<Since>,
}

impl HistoryQuery {
    fn read(uri: &Uri) -> Result<Self, Problem> {
        let mut query = Query::of(uri);
        let asked = Self {
            since: query.time("since"),
            task: query.id("task"),
            project: query.name("project"),
            reason: query.name("reason"),
            limit: query.limit(),
            cursor: query.cursor(Since::read),
        };
        query.end()?;
        Ok(asked)
    }
}

/// What was reaped, and what became of it
///
/// The newest first. Up to 10 000 are listed; all are counted.
#[utoipa::path(get, path = "/v1/history", operation_id = "history", tag = "look", params(HistoryQuery), responses(
    (status = 200, description = "The reaps on record.", body = ref("#/components/schemas/HistoryPage")),
    Refused<404>, Refused<422>, Refused<500>,
))]
pub(crate) async fn history(State(api): State<Api>, uri: Uri) -> Result<Response, Problem> {
    let asked = HistoryQuery::read(&uri)?;
    let history = HistoryAsked {
        since: asked.since,
        task: asked.task,
        project: asked.project,
        reason: asked.reason,
        limit: Some(asked.cursor.map_or(SHALLOW, |_| DEEP)),
    };
    let told = api.answers.history(history).await;
    let told = told.map_err(|failed| failed.problem())?;
    Ok(ok(page(&told, asked.cursor, asked.limit)))
}

fn page(told: &Recorded, after: Option<Since>, limit: usize) -> Map<String, Value> {
    let history = &told.report;
    let begin = after.map_or(0, |after| behind(&history.reaps, after));
    let left = history.reaps.get(begin..).unwrap_or_default();
    let (mut length, mut reaps) = (0, Vec::new());
    for reap in left.iter().take(limit) {
        let json = serde_json::to_value(reap).unwrap_or_default();
        length += json.to_string().len();
        reaps.push(json);
        if length > LONGEST {
            break;
        }
    }
    let listed = left.get(..reaps.len()).unwrap_or_default();
    let end = begin + listed.len();
    let mut outcomes = BTreeMap::new();
    for outcome in listed.iter().filter_map(|reap| reap.outcome) {
        *outcomes.entry(outcome).or_insert(0_usize) += 1;
    }
    let mut json = told.head.clone();
    json.insert("reaps".to_owned(), reaps.into());
    json.insert("limit".to_owned(), limit.into());
    json.insert(
        "outcomes".to_owned(),
        serde_json::to_value(outcomes).unwrap_or_default(),
    );
    let last = listed.last().filter(|_| end < history.total);
    let next = last.map(|last| until(&history.reaps, end, last).written());
    if end >= DEEP.get() && end < history.total {
        json.insert("next".to_owned(), Value::Null);
        tell_of_older(&mut json, history.total - end);
    } else {
        json.insert("next".to_owned(), next.into());
    }
    json
}

/// How many come before this place. New ones that came meanwhile are newer.
fn behind(reaps: &[ReapInHistory], after: Since) -> usize {
    let newer = reaps
        .iter()
        .take_while(|reap| at_us(reap.on_record.at.as_deref()) > after.at_us);
    let newer = newer.count();
    let alike = reaps.iter().skip(newer);
    let alike = alike.take_while(|reap| at_us(reap.on_record.at.as_deref()) == after.at_us);
    let told = usize::try_from(after.told).unwrap_or(usize::MAX);
    newer + alike.take(told).count()
}

/// The place behind so many, of which this is the last.
fn until(reaps: &[ReapInHistory], end: usize, last: &ReapInHistory) -> Since {
    let at = at_us(last.on_record.at.as_deref());
    let told = reaps.iter().take(end).rev();
    let told = told.take_while(|reap| at_us(reap.on_record.at.as_deref()) == at);
    Since {
        at_us: at,
        told: u64::try_from(told.count()).unwrap_or(u64::MAX),
    }
}

fn tell_of_older(json: &mut Map<String, Value>, older: usize) {
    if let Some(Value::Array(warnings)) = json.get_mut("warnings") {
        let warning = format!(
            "{older} older ones are counted and not listed: ask for those of one task, project or reason, or at the command line"
        );
        warnings.push(warning.into());
    }
}
