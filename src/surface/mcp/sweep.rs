//! The one tool that writes, and the person who decides.
//!
//! The person is asked without any lock or transaction. Their answer takes the plan out before anything is begun, so that no
//! plan is swept twice, and no question answered twice.

use std::num::NonZeroUsize;
use std::time::Duration;

use rmcp::ErrorData;
use rmcp::model::{
    CallToolResponse, CallToolResult, ElicitRequest, ElicitRequestParams, InputRequest, InputRequiredResult,
    InputResponses,
};
use rmcp::service::ServiceError;
use serde_json::{Map, Value};
use zombie_sweeper::SweepReport;

use super::arguments::{MOST, SweepArguments};
use super::caller::{Caller, has_no_sessions};
use super::consent::{self, Consent};
use super::fit::{self, Fitting};
use super::result::{ECHOED, no_such_plan, told, wrong};

use crate::surface::failure;
use crate::surface::harmless;
use crate::surface::plans::{KeptPlan, NotTaken};
use crate::surface::verbs::{Desk, SweepRefused};

/// What the client calls the question.
const QUESTION: &str = "confirm";

/// How often another sweep is waited for, and how long each time. They are short, and the person has said yes.
const TRIES: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

const CANCELLED: &str = "the call was cancelled";

/// What a client brings back that was told to ask and to call again.
pub(super) struct Answer {
    pub(super) question: Option<String>,
    pub(super) answers: Option<InputResponses>,
}

/// Why a plan is not swept.
enum No {
    /// The plan is no longer there: the answer came too late, or to another question.
    Gone,
    Said(&'static str),
    Failed(String),
}

pub(super) async fn sweep(
    caller: &Caller<'_>,
    asked: SweepArguments,
    answer: Answer,
) -> Result<CallToolResponse, ErrorData> {
    let id = asked.plan_id.as_str();
    let Caller {
        ground,
        session,
        context,
        ..
    } = *caller;
    let plans = &ground.plans;
    if let Answer {
        question: Some(question),
        answers: Some(mut answers),
    } = answer
    {
        // Every answer uses the plan up, but one to another question.
        let Some(plan) = plans.answered(id, session, &question) else {
            return Ok(no_such_question(caller, id).into());
        };
        let answer = answers.remove(QUESTION).unwrap_or_default();
        return match consent::read_json(answer) {
            Ok(()) => reap(caller, plan, Consent::Person).await.map(Into::into),
            Err(no) => Ok(refused(id, &No::Said(no)).into()),
        };
    }
    let Some(plan) = plans.show(id, session) else {
        return Ok(no_such_plan(caller, id).into());
    };
    if plan.planned.is_empty() {
        let why = plan.report.held_back.as_ref().map_or_else(
            || "the plan lists no task: there is nothing to reap".to_owned(),
            consent::held_back,
        );
        return Ok(wrong(why).into());
    }
    if !caller.can_ask() {
        if !ground.allows_unconfirmed {
            return Ok(cannot_ask().into());
        }
        return match plans.take_unasked(id, session) {
            Ok(plan) => reap(caller, plan, Consent::Operator).await.map(Into::into),
            Err(NotTaken::ToBeAsked) => Ok(has_to_ask().into()),
            Err(NotTaken::Gone) => Ok(no_such_plan(caller, id).into()),
        };
    }
    if has_no_sessions(context) && !caller.says_that_it_can_ask() {
        return Ok(has_to_ask().into());
    }
    let form = consent::form(&plan, ground.desk.database());
    let form = form.map_err(|why| ErrorData::internal_error(why, None))?;
    let question = plans.ask(id, session);
    let question = question.map_err(|why| ErrorData::internal_error(why.to_string(), None))?;
    let Some(question) = question else {
        return Ok(no_such_plan(caller, id).into());
    };
    if has_no_sessions(context) {
        let request = InputRequest::Elicitation(ElicitRequest::new(form));
        let requests = [(QUESTION.to_owned(), request)].into();
        return Ok(InputRequiredResult::new(Some(requests), Some(question)).into());
    }
    let asked = ask(caller, &plan, &question, form).await;
    match asked {
        Ok(plan) => reap(caller, plan, Consent::Person).await.map(Into::into),
        Err(no) => Ok(refused(id, &no).into()),
    }
}

/// Asks in the midst of the call, as long as the plan is good. Returns it where the person said yes.
async fn ask(
    caller: &Caller<'_>,
    plan: &KeptPlan,
    question: &str,
    form: ElicitRequestParams,
) -> Result<KeptPlan, No> {
    let (plans, context) = (&caller.ground.plans, caller.context);
    let left = plans.left(plan);
    // A call that was called off first is so, though an answer has come since.
    let answer = tokio::select! {
        biased;
        () = context.ct.cancelled() => None,
        answer = context.peer.create_elicitation_with_timeout(form, Some(left)) => Some(answer),
    };
    // Whatever it was, it uses the plan up.
    let plan = plans.answered(&plan.id, caller.session, question);
    let Some(answer) = answer else {
        return Err(No::Said(CANCELLED));
    };
    match answer {
        Ok(answer) => consent::read(&answer).map_err(No::Said)?,
        Err(ServiceError::Timeout { .. }) => return Err(No::Said("the person did not answer in time")),
        Err(ServiceError::UnexpectedResponse) => return Err(No::Said("the answer is not that of a form")),
        Err(error) => return Err(No::Failed(error.to_string())),
    }
    plan.ok_or(No::Gone)
}

/// Reaps what the plan lists and is so still.
async fn reap(caller: &Caller<'_>, plan: KeptPlan, consent: Consent) -> Result<CallToolResult, ErrorData> {
    let ground = caller.ground;
    let consent = consent.word();
    let id = &plan.id;
    tracing::info!(
        plan = plan.planned.len(),
        consent,
        "sweeps a plan for a client of MCP"
    );
    let called_off = caller.called_off();
    let mut swept = Err(SweepRefused::Busy);
    for attempt in 0..TRIES {
        if attempt > 0 {
            tokio::time::sleep(BETWEEN).await;
        }
        let (scope, planned) = (plan.scope.clone(), plan.planned.clone());
        let off = called_off.clone();
        let ask = move |desk: &Desk| desk.sweep_unless(&off, &scope, Some(planned));
        swept = ground.ask(ask).await?;
        if !matches!(swept, Err(SweepRefused::Busy)) {
            break;
        }
    }
    ground.has_written();
    Ok(match swept {
        Ok(report) => summary(&report, &plan, consent),
        Err(SweepRefused::Partial { report, .. }) => {
            let mut result = summary(&report, &plan, consent);
            result.is_error = Some(true);
            result
        }
        Err(SweepRefused::Busy) => wrong(format!(
            "another sweep is at work: nothing was reaped, and the plan {id} is used up; call `plan` again later"
        )),
        Err(SweepRefused::ReadOnly) => {
            wrong("the operator started this server with --read-only: nothing was reaped")
        }
        // Nobody may be there to read it.
        Err(SweepRefused::Failed(_)) if called_off.is_so() => {
            tracing::info!("the client called its sweep off: nothing was reaped");
            refused(id, &No::Said(CANCELLED))
        }
        Err(SweepRefused::Failed(error)) => wrong(format!(
            "{}; nothing was reaped, and the plan {id} is used up",
            failure::text(&error)
        )),
    })
}

fn summary(report: &SweepReport, plan: &KeptPlan, consent: &str) -> CallToolResult {
    let mut answer = match serde_json::to_value(report) {
        Ok(Value::Object(answer)) => answer,
        _ => Map::new(),
    };
    answer.insert("plan_id".to_owned(), plan.id.as_str().into());
    answer.insert("planned".to_owned(), plan.planned.len().into());
    answer.insert("consent".to_owned(), consent.into());
    answer.insert("is_cut".to_owned(), false.into());
    let most = NonZeroUsize::MIN.saturating_add(MOST - 1);
    let Fitting {
        summary: mut answer,
        is_cut,
        ..
    } = fit::fitting(answer, 0, most);
    answer.insert("is_cut".to_owned(), is_cut.into());
    told(answer.into())
}

fn refused(id: &str, no: &No) -> CallToolResult {
    let why = match no {
        No::Gone => {
            "the answer came too late, the person was asked again meanwhile, or the profile was read anew"
        }
        No::Said(why) => why,
        No::Failed(why) => why.as_str(),
    };
    wrong(format!(
        "nothing was reaped: {why}. The plan {id} is used up. Do not ask again unless the person wants it; then call `plan` \
         first"
    ))
}

/// One that was forged, answered before, or followed by another.
fn no_such_question(caller: &Caller<'_>, id: &str) -> CallToolResult {
    if caller.ground.plans.was_used(id, caller.session) {
        return no_such_plan(caller, id);
    }
    wrong(format!(
        "nothing was reaped by this call: no such question about a plan {:?} is open in this session. Expected the `requestState` of \
         the last one, not answered before, within five minutes of the plan; call `plan` again",
        harmless::shortened(id, ECHOED)
    ))
}

/// Who is to be asked is not passed over by a call that says nothing of them.
fn has_to_ask() -> CallToolResult {
    wrong(
        "nothing was reaped: a person can be asked about this plan, and so has to be. Expected a call of a client that says \
         that it can ask (the capability `elicitation`, with forms), as one did before",
    )
}

fn cannot_ask() -> CallToolResult {
    wrong(
        "nothing was reaped: a person has to agree, and this client says of no way to ask one (the capability `elicitation`, \
         with forms). Expected a client that can ask, or a server whose operator started it with --allow-unconfirmed; the \
         person can also reap with `zombie-sweeper` on the command line",
    )
}
