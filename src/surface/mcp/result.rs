//! What a tool gives back: what the command line prints, or an error that whoever called can act on.

use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

use super::caller::Caller;
use super::fit::{self, LARGEST};
use crate::surface::failure;
use crate::surface::harmless;

/// How many characters are said of what a client has sent.
pub(super) const ECHOED: usize = 64;

/// The same twice: for programs, and as text for those that read no other.
pub(super) fn told(answer: Value) -> CallToolResult {
    let whole = answer.to_string();
    let (answer, text) = if whole.len() <= LARGEST {
        (answer, whole)
    } else {
        let shortened = fit::shortened(answer);
        let text = shortened.to_string();
        (shortened, text)
    };
    if text.len() > LARGEST {
        return wrong(format!(
            "the answer has {} bytes, expected at most {LARGEST}: call again with a smaller `limit`, or narrower",
            text.len()
        ));
    }
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(answer);
    result
}

/// What was expected, what was found, and what to do next.
pub(super) fn wrong(sentence: impl Into<String>) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(sentence)])
}

/// A verb that failed, as the command line says it.
pub(super) fn failed(error: &anyhow::Error) -> CallToolResult {
    wrong(failure::text(error))
}

/// Arguments that are not those of the tool.
pub(super) fn not_understood(tool: &str, why: &str) -> CallToolResult {
    wrong(format!(
        "the arguments of `{tool}` are not understood: {why}; call it again with what its input schema says"
    ))
}

/// A plan that is not there, or not any more. What became of one that was used the call tells that used it.
pub(super) fn no_such_plan(caller: &Caller<'_>, id: &str) -> CallToolResult {
    let shown = harmless::shortened(id, ECHOED);
    if caller.ground.plans.was_used(id, caller.session) {
        return wrong(format!(
            "there is no plan {shown:?} in this session any more: it was used up by a sweep or an answer before, which may be at \
             work still; nothing was reaped by this call. What came of it is the result of that one, and `history` lists what \
             was reaped; for what is due now call `plan` again"
        ));
    }
    wrong(format!(
        "there is no plan {shown:?} in this session: expected the `plan_id` of one made here by `plan` less than five minutes \
         ago, that no sweep has used and no answer used up; nothing was reaped by this call; call `plan` again"
    ))
}
