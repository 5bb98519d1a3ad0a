use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use zombie_sweeper::SweepReport;

use super::plans::no_such_plan;
use super::{Api, blocking};
use crate::surface::brake::reaped_lately;
use crate::surface::http::body::Body;
use crate::surface::http::failed::Failed;
use crate::surface::http::openapi::Refused;
use crate::surface::http::problem::{Mistake, Problem, Step};
use crate::surface::http::scope::ScopeBody;
use crate::surface::plans::KeptPlan;
use crate::surface::verbs::{Scope, SweepRefused};

/// After how long a sweep that met another is worth another try.
const AFTER: Duration = Duration::from_secs(2);

/// What is to be swept: a scope, or what a plan lists.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SweepBody {
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    tasks: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    plan_id: Option<String>,
}

/// An id that is said is one: null is none.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

enum Asked {
    Scope(Scope),
    Plan(String),
}

impl SweepBody {
    fn parsed(self) -> Result<Asked, Problem> {
        let is_narrowed = self.project.is_some() || self.tasks.is_some();
        match self.plan_id {
            None => ScopeBody::new(self.project, self.tasks).scope().map(Asked::Scope),
            Some(_) if is_narrowed => Err(wrong(
                "expected either a plan or what to sweep, not both: a plan has its own scope",
            )),
            Some(plan_id) if !is_id(&plan_id) => Err(wrong(
                "expected 32 hexadecimal digits, as POST /v1/plans gave them",
            )),
            Some(plan_id) => Ok(Asked::Plan(plan_id)),
        }
    }
}

fn is_id(plan_id: &str) -> bool {
    plan_id.len() == 32
        && plan_id
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

fn wrong(msg: &str) -> Problem {
    let loc = [Step::from("body"), Step::from("plan_id")];
    Problem::mistakes(vec![Mistake::new("plan_id", loc, msg)])
}

/// Sweep
///
/// Reaps what is a zombie now; of a plan those that it lists, as far as they are zombies still, for the same reason, with the same run.
#[utoipa::path(post, path = "/v1/sweeps", operation_id = "sweep", tag = "sweep",
    request_body(content = ref("#/components/schemas/SweepRequest"), description = "What to sweep, or the plan to use; an empty object for all."),
    responses(
        (status = 200, description = "The summary of the sweep.", body = ref("#/components/schemas/Summary")),
        (status = 500, description = "The sweep failed: `committed` is the summary of what was written before, where anything was.",
            content((ref("#/components/schemas/SweepProblem") = "application/problem+json"))),
        Refused<404>, Refused<409>, Refused<408>, Refused<413>, Refused<415>, Refused<422>, Refused<429>,
    ))]
pub(crate) async fn sweep(State(api): State<Api>, Body(asked): Body<SweepBody>) -> Result<Response, Problem> {
    let asked = asked.parsed()?;
    if api.desk.is_read_only() {
        // Before the plan is taken, which would be lost.
        return Err(refused(SweepRefused::ReadOnly, false));
    }
    let (scope, planned) = match asked {
        Asked::Scope(scope) => (scope, None),
        Asked::Plan(plan_id) => {
            let session = Api::session();
            if let Some(plan) = api.plans.show(&plan_id, &session) {
                is_not_held_back(&plan)?;
            }
            let plan = api.plans.take(&plan_id, &session).ok_or_else(no_such_plan)?;
            (plan.scope, Some(plan.planned))
        }
    };
    let is_planned = planned.is_some();
    let desk = Arc::clone(&api.desk);
    let swept = blocking(move || desk.sweep(&scope, planned)).await;
    api.answers.forget();
    let report: SweepReport = swept?.map_err(|why| refused(why, is_planned))?;
    Ok(Json(report).into_response())
}

/// Whoever sweeps a plan that lists nothing, as too many are due, hears so: it would look as if nothing were due.
fn is_not_held_back(plan: &KeptPlan) -> Result<(), Problem> {
    let Some(held) = plan.report.held_back.as_ref().filter(|_| plan.planned.is_empty()) else {
        return Ok(());
    };
    let (due, at_most) = (held.due.len(), held.at_most);
    let lately = reaped_lately(held);
    let detail = format!(
        "nothing was reaped: {due} are due, and no more than {at_most} may be reaped at once (--at-most){lately}, so that this plan lists none; \
         find out why so many are due, then sweep a plan that is narrowed by `tasks`, or start the server with a higher --at-most"
    );
    let told = match held.reaped_lately {
        0 => json!({ "due": due, "at_most": at_most }),
        lately => json!({ "due": due, "at_most": at_most, "reaped_lately": lately }),
    };
    Err(Problem::new(StatusCode::CONFLICT, detail).with("held_back", told))
}

fn refused(why: SweepRefused, is_planned: bool) -> Problem {
    match why {
        SweepRefused::Busy if is_planned => Problem::try_again(
            StatusCode::CONFLICT,
            "another sweep is at work, and this plan is used up: make another in a moment",
            AFTER,
        ),
        SweepRefused::Busy => Problem::try_again(
            StatusCode::CONFLICT,
            "another sweep is at work: try again in a moment",
            AFTER,
        ),
        SweepRefused::ReadOnly => Problem::new(
            StatusCode::FORBIDDEN,
            "this server was started to read only: it sweeps once it is started without --read-only",
        ),
        SweepRefused::Failed(error) if is_planned => Failed::from(&error).of_a_plan_used_up(),
        SweepRefused::Failed(error) => Failed::from(&error).problem(),
        SweepRefused::Partial { report, error } => {
            let text = crate::surface::failure::text(&error);
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text).having_committed(*report)
        }
    }
}
