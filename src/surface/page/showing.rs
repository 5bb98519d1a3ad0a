//! What is only looked at.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::REFRESH;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::asked::{self, Asked};
use super::ground::Page;
use super::overview::{Overview, Silent, overview as drawn};
use super::task::explained;
use crate::surface::http::{Failed, Mistake, Problem, Step};
use crate::surface::verbs::{HistoryAsked, OutcomesAsked, Scope};

const DAY: Duration = Duration::from_secs(24 * 3600);
const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

/// `/`: how the queue stands.
pub(super) async fn overview(
    State(page): State<Page>,
    query: Result<Query<asked::Query>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|why| not_understood(reason(&why)))?;
    let asked = Asked::try_from(query).map_err(not_understood)?;
    let refresh = asked.refresh;
    let mut response = looked_at(page, asked).await?.into_response();
    if let Some(every) = refresh {
        response.headers_mut().insert(REFRESH, every.as_secs().into());
    }
    Ok(response)
}

async fn looked_at(page: Page, asked: Asked) -> Result<Html<String>, Problem> {
    let scope = Scope {
        project: asked.project.clone(),
        tasks: Vec::new(),
    };
    let of = |since| OutcomesAsked {
        since: Some(since),
        project: asked.project.clone(),
        reason: asked.reason.clone(),
        ..OutcomesAsked::default()
    };
    let reaps = HistoryAsked {
        since: Some(MONTH),
        project: asked.project.clone(),
        reason: asked.reason.clone(),
        ..HistoryAsked::default()
    };
    let answers = &page.answers;
    let (look, day, month, history, diagnosis) = tokio::join!(
        answers.look(scope),
        answers.outcomes(of(DAY)),
        answers.outcomes(of(MONTH)),
        answers.history(reaps),
        answers.doctor(),
    );
    let look = look.map_err(|failed| failed.problem())?;
    let desk = Arc::clone(&page.desk);
    blocking(move || {
        let markup = drawn(&Overview {
            asked: &asked,
            database: desk.database(),
            is_read_only: desk.is_read_only(),
            is_watched: desk.is_watched(),
            living: &Silent::all(&look.report),
            day: day.as_ref().map(|told| &told.report).map_err(Failed::text),
            month: month.as_ref().map(|told| &told.report).map_err(Failed::text),
            history: history.as_ref().map(|told| &told.report).map_err(Failed::text),
            findings: diagnosis
                .as_ref()
                .map(|told| told.report.diagnosis.findings.as_slice())
                .map_err(Failed::text),
            report: &look.report,
        });
        Html(markup.into_string())
    })
    .await
}

/// Which task.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfTask {
    task: Option<String>,
    project: Option<String>,
}

/// `/task`: what a sweep goes by, and would do.
pub(super) async fn task(
    State(page): State<Page>,
    query: Result<Query<OfTask>, QueryRejection>,
) -> Result<Html<String>, Problem> {
    let Query(OfTask { task, project }) = query.map_err(|why| not_understood(reason(&why)))?;
    let task = task.ok_or_else(|| {
        let loc = ["query", "task"].map(Step::from);
        Problem::mistakes(vec![Mistake::new("missing", loc, "expected the id of a task")])
    })?;
    let project = project.filter(|project| !project.is_empty());
    let told = page.answers.explain(task, project).await;
    let told = told.map_err(|failed| failed.problem())?;
    blocking(move || Html(explained(page.desk.database(), &told.report).into_string())).await
}

/// What is wrong, without the words of who parsed it.
pub(super) fn reason(why: &(impl Error + 'static)) -> String {
    let mut innermost: &dyn Error = why;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// What was asked for says something else than it may.
pub(super) fn not_understood(why: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why)
}

/// Has it done where blocking hinders nobody. It goes on where who asked goes away.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|panicked| {
        tracing::error!("a page ended in a panic: {panicked}");
        Problem::bare(StatusCode::INTERNAL_SERVER_ERROR)
    })
}
