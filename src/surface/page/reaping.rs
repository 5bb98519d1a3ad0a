//! What is reaped from a page: first it is asked about, then it is done.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;

use super::asked::{self, Asked};
use super::confirm::{Confirm, confirm};
use super::ground::Page;
use super::overview::Due;
use super::showing::{blocking, not_understood, reason};
use super::swept::swept;
use crate::surface::failure;
use crate::surface::http::{Caller, Failed, Problem};
use crate::surface::plans::KeptPlan;
use crate::surface::verbs::{Scope, SweepRefused};

/// `/plans`: lists what would be reaped, and asks. Nothing is reaped by it.
pub(super) async fn ask(
    State(page): State<Page>,
    Extension(caller): Extension<Caller>,
    form: Result<Form<asked::Query>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(form) = form.map_err(|why| not_understood(reason(&why)))?;
    let asked = Asked::try_from(form).map_err(not_understood)?;
    let answers = Arc::clone(&page.answers);
    let drawn = answers.afresh(move |_| {
        let scope = scope(&page, &asked)?;
        let (report, planned) = page
            .desk
            .plan(&scope)
            .map_err(|error| Failed::from(&error).problem())?;
        let kept = page.plans.keep(&Page::session(caller), scope, report, planned);
        let kept = kept.map_err(|why| Problem::from(&why))?;
        Ok(question(&page, &kept, &asked, None).into_response())
    });
    drawn.await.map_err(|failed| failed.problem())?
}

/// A question or an answer that is asked for again, as by a browser that was opened anew, is none.
pub(super) async fn from_the_start() -> Redirect {
    Redirect::to("/")
}

/// What is asked about: the tasks that the filters let through.
fn scope(page: &Page, asked: &Asked) -> Result<Scope, Problem> {
    if page.desk.is_read_only() {
        return Err(read_only());
    }
    let mut scope = Scope {
        project: asked.project.clone(),
        tasks: Vec::new(),
    };
    if asked.reason.is_some() || asked.q.is_some() {
        let report = page
            .desk
            .look(&scope)
            .map_err(|error| Failed::from(&error).problem())?;
        let due = Due::all(&report).into_iter().filter(|due| due.fits(asked));
        scope.tasks = due.map(|due| due.task).collect();
        // No task named would be all of them.
        if scope.tasks.is_empty() {
            return Err(Problem::new(
                StatusCode::NOT_FOUND,
                "no zombie fits the filter any more",
            ));
        }
    }
    Ok(scope)
}

fn question(page: &Page, kept: &KeptPlan, asked: &Asked, wrong: Option<&str>) -> Html<String> {
    // A plan that is held back lists none; who asked is to see them all the same.
    let due = match kept.report.held_back {
        Some(_) => Due::all(&kept.report),
        None => Due::planned(&kept.report, &kept.planned),
    };
    let markup = confirm(&Confirm {
        plan: &kept.id,
        database: page.desk.database(),
        asked,
        due: &due,
        parked: kept.report.parked.len(),
        words: &kept.report.words_written,
        runs: kept.report.runs_abandoned,
        held_back: kept.report.held_back.as_ref(),
        expires_at: &kept.expires_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        wrong,
    });
    Html(markup.into_string())
}

/// The answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    plan: String,
    token: String,
    /// The filters that the list was made with, to go back to.
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    q: Option<String>,
}

/// `/sweeps`: reaps those that were listed and are zombies still, where the token is the one that may write.
pub(super) async fn sweep(
    State(page): State<Page>,
    Extension(caller): Extension<Caller>,
    form: Result<Form<Answer>, FormRejection>,
) -> Result<Response, Problem> {
    if page.desk.is_read_only() {
        return Err(read_only());
    }
    // What the rejection says might quote the token.
    let Form(answer) = form.map_err(|_| not_understood("expected the fields plan and token".to_owned()))?;
    let session = Page::session(caller);
    let gone = || {
        let said = if page.plans.was_used(&answer.plan, &session) {
            "this list was used already, and a list is good for one sweep. What was reaped stands in the overview"
        } else {
            "this list is not there any more: it has expired, or was never made. Nothing was reaped now; ask for a new one"
        };
        Problem::new(StatusCode::NOT_FOUND, said)
    };
    if !(page.may_write)(answer.token.trim()) {
        let kept = page.plans.show(&answer.plan, &session).ok_or_else(gone)?;
        let wrong = "This is not the write token. Nothing was reaped.";
        let asked = Asked {
            project: kept.scope.project.clone(),
            reason: answer.reason,
            q: answer.q,
            ..Asked::default()
        };
        return Ok((StatusCode::FORBIDDEN, question(&page, &kept, &asked, Some(wrong))).into_response());
    }
    let kept = page.plans.take(&answer.plan, &session).ok_or_else(gone)?;
    let done = blocking(move || {
        let swept = page.desk.sweep(&kept.scope, Some(kept.planned));
        page.answers.forget();
        done(&page, swept)
    });
    done.await?
}

fn done(page: &Page, ended: Result<zombie_sweeper::SweepReport, SweepRefused>) -> Result<Response, Problem> {
    match ended {
        Ok(report) => {
            Ok(Html(swept(Some(page.desk.database()), &report, None).into_string()).into_response())
        }
        Err(SweepRefused::Busy) => Err(Problem::try_again(
            StatusCode::CONFLICT,
            "nothing was reaped by this one. Look again in a moment: the other may have reaped them",
            Duration::from_secs(1),
        )),
        Err(SweepRefused::ReadOnly) => Err(read_only()),
        Err(SweepRefused::Failed(error)) => Err(Failed::from(&error).of_a_plan_used_up()),
        Err(SweepRefused::Partial { report, error }) => {
            let why = failure::text(&error);
            let page = Html(swept(Some(page.desk.database()), &report, Some(&why)).into_string());
            Ok((StatusCode::INTERNAL_SERVER_ERROR, page).into_response())
        }
    }
}

fn read_only() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "this server was started with --read-only: nothing can be reaped from here",
    )
}
