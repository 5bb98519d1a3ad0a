//! What is only looked at.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::REFRESH;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::asked::{self, Asked};
use super::overview::{Overview, Silent, overview as drawn};
use super::trouble::{Trouble, failed};
use super::{Page, task::explained};
use crate::surface::failure;
use crate::surface::verbs::{HistoryAsked, OutcomesAsked, Scope};

const DAY: Duration = Duration::from_secs(24 * 3600);
const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

/// `/`: how the queue stands.
pub(super) async fn overview(
    State(page): State<Page>,
    query: Result<Query<asked::Query>, QueryRejection>,
) -> Result<Response, Trouble> {
    let asked = asked(query)?;
    let refresh = asked.refresh;
    let markup = blocking(move || look(&page, &asked)).await??;
    let mut response = Html(markup.into_string()).into_response();
    if let Some(every) = refresh {
        response.headers_mut().insert(REFRESH, every.as_secs().into());
    }
    Ok(response)
}

fn look(page: &Page, asked: &Asked) -> Result<maud::Markup, Trouble> {
    let desk = &page.desk;
    let scope = Scope {
        project: asked.project.clone(),
        tasks: Vec::new(),
    };
    let report = desk.look(&scope).map_err(|error| failed(&error))?;
    let outcomes = |since| {
        let outcomes = OutcomesAsked {
            since: Some(since),
            project: asked.project.clone(),
            reason: asked.reason.clone(),
            ..OutcomesAsked::default()
        };
        desk.outcomes(&outcomes).map_err(|error| failure::text(&error))
    };
    let history = HistoryAsked {
        since: Some(MONTH),
        project: asked.project.clone(),
        reason: asked.reason.clone(),
        ..HistoryAsked::default()
    };
    let findings = desk.doctor().map(|found| found.diagnosis.findings);
    Ok(drawn(&Overview {
        asked,
        database: desk.database(),
        is_read_only: desk.is_read_only(),
        living: &Silent::all(&report),
        living_left: report.living_left,
        day: &outcomes(DAY),
        month: &outcomes(MONTH),
        history: &desk.history(&history).map_err(|error| failure::text(&error)),
        findings: &findings.map_err(|error| failure::text(&error)),
        report: &report,
    }))
}

/// Which task.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfTask {
    task: String,
    project: Option<String>,
}

/// `/task`: what a sweep goes by, and would do.
pub(super) async fn task(
    State(page): State<Page>,
    query: Result<Query<OfTask>, QueryRejection>,
) -> Result<Response, Trouble> {
    let Query(OfTask { task, project }) = query.map_err(|why| Trouble::not_understood(why.body_text()))?;
    let markup = blocking(move || -> Result<_, Trouble> {
        let project = project.filter(|project| !project.is_empty());
        let explanation = page.desk.explain(&task, project.as_deref());
        let explanation = explanation.map_err(|error| failed(&error))?;
        Ok(explained(page.desk.database(), &explanation))
    });
    Ok(Html(markup.await??.into_string()).into_response())
}

/// The filters, or what is wrong with them.
fn asked(query: Result<Query<asked::Query>, QueryRejection>) -> Result<Asked, Trouble> {
    let Query(query) = query.map_err(|why| Trouble::not_understood(why.body_text()))?;
    query.try_into().map_err(Trouble::not_understood)
}

/// Has it done where blocking hinders nobody.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!("a page could not be drawn: {error}");
        Trouble::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong here",
            "The log says what.",
        )
    })
}
