//! What is reaped from a page: first it is asked about, then it is done.

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::Page;
use super::asked::{self, Asked};
use super::confirm::{Confirm, confirm};
use super::overview::Due;
use super::showing::blocking;
use super::swept::swept;
use super::trouble::{Trouble, failed};
use crate::surface::plans::KeptPlan;
use crate::surface::verbs::{Scope, SweepRefused};

/// `/plans`: lists what would be reaped, and asks. Nothing is reaped by it.
pub(super) async fn ask(
    State(page): State<Page>,
    form: Result<Form<asked::Query>, FormRejection>,
) -> Result<Response, Trouble> {
    let Form(form) = form.map_err(|why| Trouble::not_understood(why.body_text()))?;
    let asked = Asked::try_from(form).map_err(Trouble::not_understood)?;
    let drawn = blocking(move || {
        let scope = scope(&page, &asked)?;
        let (report, planned) = page.desk.plan(&scope).map_err(|error| failed(&error))?;
        let kept = page.plans.keep(&page.session, scope, report, planned);
        let kept = kept.map_err(|error| failed(&error.into()))?;
        Ok(question(&page, &kept, &asked, None).into_response())
    });
    drawn.await?
}

/// What is asked about: the tasks that the filters let through.
fn scope(page: &Page, asked: &Asked) -> Result<Scope, Trouble> {
    if page.desk.is_read_only() {
        return Err(read_only());
    }
    let mut scope = Scope {
        project: asked.project.clone(),
        tasks: Vec::new(),
    };
    if asked.reason.is_some() || asked.q.is_some() {
        let report = page.desk.look(&scope).map_err(|error| failed(&error))?;
        let due = Due::all(&report).into_iter().filter(|due| due.fits(asked));
        scope.tasks = due.map(|due| due.task).collect();
        // No task named would be all of them.
        if scope.tasks.is_empty() {
            return Err(Trouble::new(
                StatusCode::NOT_FOUND,
                "There is nothing to reap",
                "No zombie fits the filter any more.",
            ));
        }
    }
    Ok(scope)
}

fn question(page: &Page, kept: &KeptPlan, asked: &Asked, wrong: Option<&str>) -> Html<String> {
    let markup = confirm(&Confirm {
        plan: &kept.id,
        database: page.desk.database(),
        asked,
        due: &Due::all(&kept.report),
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
}

/// `/sweeps`: reaps those that were listed and are zombies still, where the token is the one that may write.
pub(super) async fn sweep(
    State(page): State<Page>,
    form: Result<Form<Answer>, FormRejection>,
) -> Result<Response, Trouble> {
    // What the rejection says might quote the token.
    let Form(answer) =
        form.map_err(|_| Trouble::not_understood("expected the fields plan and token".to_owned()))?;
    let gone = || {
        Trouble::new(
            StatusCode::NOT_FOUND,
            "This list is not there any more",
            "It was used already, or has expired. Nothing was reaped by this; ask for a new one.",
        )
    };
    if !(page.may_write)(answer.token.trim()) {
        let kept = page.plans.show(&answer.plan, &page.session).ok_or_else(gone)?;
        let wrong = "This is not the write token. Nothing was reaped.";
        let asked = Asked {
            project: kept.scope.project.clone(),
            ..Asked::default()
        };
        return Ok((StatusCode::FORBIDDEN, question(&page, &kept, &asked, Some(wrong))).into_response());
    }
    let kept = page.plans.take(&answer.plan, &page.session).ok_or_else(gone)?;
    let done = blocking(move || {
        let swept = page.desk.sweep(&kept.scope, Some(kept.planned));
        done(&page, swept)
    });
    done.await?
}

fn done(page: &Page, ended: Result<zombie_sweeper::SweepReport, SweepRefused>) -> Result<Response, Trouble> {
    match ended {
        Ok(report) => Ok(Html(swept(page.desk.database(), &report).into_string()).into_response()),
        Err(SweepRefused::Busy) => Err(Trouble::new(
            StatusCode::CONFLICT,
            "Another sweep is at work",
            "Nothing was reaped by this one. Look again in a moment: it may have reaped them.",
        )),
        Err(SweepRefused::ReadOnly) => Err(read_only()),
        Err(SweepRefused::Failed(error)) => Err(failed(&error)),
        Err(SweepRefused::Partial { mut report, error }) => {
            let why = crate::surface::failure::text(&error);
            report.error.get_or_insert(why);
            let page = Html(swept(page.desk.database(), &report).into_string());
            Ok((StatusCode::INTERNAL_SERVER_ERROR, page).into_response())
        }
    }
}

fn read_only() -> Trouble {
    Trouble::new(
        StatusCode::FORBIDDEN,
        "This server is read-only",
        "It was started so: nothing can be reaped from here.",
    )
}
