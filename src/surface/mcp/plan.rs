//! What a sweep would do now, kept for a sweep that may follow.

use std::num::NonZeroUsize;

use chrono::{DateTime, SecondsFormat, Utc};
use rmcp::ErrorData;
use rmcp::model::CallToolResult;
use serde_json::Value;

use super::arguments::PlanArguments;
use super::caller::Caller;
use super::consent::held_back;
use super::fit::{self, Fitting};
use super::page;
use super::result::{failed, no_such_plan, told, wrong};
use crate::surface::plans::KeptPlan;
use crate::surface::verbs::Scope;

pub(super) async fn plan(caller: &Caller<'_>, asked: PlanArguments) -> Result<CallToolResult, ErrorData> {
    let (from, limit) = match place(&asked) {
        Some(from) => (from, asked.limit.at_most()),
        None => {
            return Ok(wrong(
                "`cursor` is none that was given here: expected the `next` of a page of the plan, with its `plan_id`; leave both \
                 out for a new plan",
            ));
        }
    };
    match asked.plan_id {
        None => {
            let tasks = asked.tasks.into_iter().flat_map(|tasks| tasks.0);
            let scope = Scope {
                project: asked.project.map(|name| name.0),
                tasks: tasks.map(|name| name.0).collect(),
            };
            make(caller, scope, limit).await
        }
        Some(_) if asked.project.is_some() || asked.tasks.is_some() => Ok(wrong(
            "a plan that was made is of the tasks that it was made for: expected `plan_id` without `project` and `tasks`, or a \
             new plan without `plan_id`",
        )),
        Some(id) => {
            let plan = caller.ground.plans.show(&id, caller.session);
            Ok(plan.map_or_else(|| no_such_plan(caller, &id), |plan| listed(&plan, from, limit)))
        }
    }
}

/// Where to begin; only of a plan that was made before may that be in its midst.
fn place(asked: &PlanArguments) -> Option<usize> {
    match &asked.cursor {
        None => Some(0),
        Some(_) if asked.plan_id.is_none() => None,
        Some(cursor) => page::place(cursor),
    }
}

async fn make(caller: &Caller<'_>, scope: Scope, limit: NonZeroUsize) -> Result<CallToolResult, ErrorData> {
    let of = scope.clone();
    let planned = caller.ground.ask(move |desk| desk.plan(&of)).await?;
    let (report, planned) = match planned {
        Ok(planned) => planned,
        Err(error) => return Ok(failed(&error)),
    };
    let kept = caller.ground.plans.keep(caller.session, scope, report, planned);
    Ok(match kept {
        Ok(plan) => {
            if caller.can_ask() {
                caller.ground.plans.can_be_asked(&plan.id, caller.session);
            }
            listed(&plan, 0, limit)
        }
        Err(why) => wrong(why.to_string()),
    })
}

/// A plan as the tool gives it, from there on.
fn listed(plan: &KeptPlan, from: usize, limit: NonZeroUsize) -> CallToolResult {
    let Ok(Value::Object(mut answer)) = serde_json::to_value(&plan.report) else {
        return wrong("the plan cannot be shown");
    };
    if let (Some(held), Some(Value::Array(warnings))) = (&plan.report.held_back, answer.get_mut("warnings")) {
        warnings.insert(0, held_back(held).into());
    }
    answer.insert("plan_id".to_owned(), plan.id.as_str().into());
    answer.insert("expires_at".to_owned(), at(plan.expires_at).into());
    answer.insert("next".to_owned(), Value::Null);
    let Fitting {
        summary: mut answer,
        next,
        ..
    } = fit::fitting(answer, from, limit);
    answer.insert("next".to_owned(), next.map(page::cursor).into());
    told(answer.into())
}

fn at(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
