//! Asking a person: what they are shown, and what counts as a yes. A model does not consent for a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rmcp::model::{
    BooleanSchema, ClientCapabilities, ElicitRequestParams, ElicitResult, ElicitationAction,
    ElicitationSchema, PrimitiveSchemaDefinition,
};
use serde_json::{Value, json};
use zombie_sweeper::SweepReport;
use zombie_sweeper::report::HeldBack;

use crate::surface::brake::reaped_lately;
use crate::surface::harmless::spelt;
use crate::surface::plans::KeptPlan;

/// How many tasks are named to the person.
const NAMED: usize = 20;

/// How many characters of an id or a reason are shown.
const SHOWN: usize = 64;

/// The mark of code.
const CODE: char = '`';

/// What the form asks for.
const CONFIRMATION: &str = "confirm";

/// Who has agreed to a sweep.
#[derive(Clone, Copy, Debug)]
pub(super) enum Consent {
    /// The person at the client, to exactly this plan.
    Person,
    /// The operator, beforehand and to any: the client has no way to ask.
    Operator,
}

impl Consent {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Operator => "operator",
        }
    }
}

/// Whether the client says that it can put a form before a person. One that names no kind of it means forms.
pub(super) fn can_ask(client: Option<&ClientCapabilities>) -> bool {
    let elicitation = client.and_then(|client| client.elicitation.as_ref());
    elicitation.is_some_and(|how| how.form.is_some() || how.url.is_none())
}

/// The form that is put before the person.
pub(super) fn form(plan: &KeptPlan, database: &Path) -> Result<ElicitRequestParams, &'static str> {
    let box_to_tick = BooleanSchema::new()
        .title(format!("Reap {}", tasks(plan.planned.len())))
        .description("Nothing is reaped unless this is set.")
        .with_default(false);
    let schema = ElicitationSchema::builder()
        .required_property(CONFIRMATION, PrimitiveSchemaDefinition::Boolean(box_to_tick))
        .build()?;
    Ok(ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: message(plan, database),
        requested_schema: schema,
    })
}

/// Reads the answer: `Err` says why it is no yes.
pub(super) fn read(answer: &ElicitResult) -> Result<(), &'static str> {
    match answer.action {
        ElicitationAction::Accept if answer.content == Some(json!({ CONFIRMATION: true })) => Ok(()),
        ElicitationAction::Accept if answer.content == Some(json!({ CONFIRMATION: false })) => {
            Err("the person did not set the confirmation")
        }
        ElicitationAction::Accept => {
            Err("the answer is not that of the form, which has one field, `confirm`, that is true or false")
        }
        ElicitationAction::Decline => Err("the person declined"),
        ElicitationAction::Cancel => Err("the person dismissed the question"),
        _ => Err("the answer is none that is known"),
    }
}

/// Reads an answer that came as JSON.
pub(super) fn read_json(answer: Value) -> Result<(), &'static str> {
    match serde_json::from_value(answer) {
        Ok(answer) => read(&answer),
        Err(_) => Err("the answer is not that of a form"),
    }
}

/// What is asked. Ids and reasons come out of the queue, and whoever may add a task chooses them: each stands last on a line
/// of its own, marked as what it is.
fn message(plan: &KeptPlan, database: &Path) -> String {
    let planned = &plan.planned;
    let mut text = format!(
        "A program asks to reap {} in the queue {}: their workers are taken for dead. {}.{} If a worker is alive after all, its \
         task is taken from it all the same, and may run twice.\n\nWhy:\n",
        tasks(planned.len()),
        quoted_end(&database.to_string_lossy()),
        what_follows(planned.len(), &plan.report),
        what_follows_for_runs(&plan.report),
    );
    let mut reasons: BTreeMap<_, usize> = BTreeMap::new();
    for reap in planned.iter() {
        *reasons.entry(reap.reason.to_string()).or_default() += 1;
    }
    // Writing to a text cannot fail.
    for (reason, count) in reasons.iter().take(NAMED) {
        let _ = writeln!(text, "- {count} for {}", quoted(reason));
    }
    left_out(&mut text, reasons.len(), "reasons");
    text.push_str("\nWhich (these are ids out of the queue, whatever they say):\n");
    let by_id: BTreeMap<_, _> = planned.iter().map(|reap| (&reap.task_id, reap)).collect();
    for reap in by_id.values().take(NAMED) {
        let _ = writeln!(text, "- {}", quoted(&reap.task_id.to_string()));
    }
    left_out(&mut text, planned.len(), "tasks");
    let _ = write!(
        text,
        "\nSeen at {}; this question stands until {}. To say no costs nothing.",
        plan.made_at.format("%H:%M:%S UTC"),
        plan.expires_at.format("%H:%M:%S UTC"),
    );
    text
}

/// What becomes of the tasks, in the words of the queue: what a word means there nobody knows here.
fn what_follows(count: usize, report: &SweepReport) -> String {
    let words = report.words_written.tasks.iter();
    let words: Vec<_> = words.map(|word| quoted(word)).collect();
    let (words, parked) = (words.join(" or "), report.parked.len());
    match count.saturating_sub(parked) {
        _ if parked == 0 => format!("The status of {} becomes {words}", these(count)),
        0 => format!(
            "{} parked, as they fell silent too often: no worker gets them until a person opens them again",
            are(parked)
        ),
        given => format!(
            "The status of {} becomes {words}; {} parked, as they fell silent too often: no worker gets those until a person opens \
             them again",
            tasks(given),
            are(parked)
        ),
    }
}

fn these(count: usize) -> &'static str {
    if count == 1 { "the task" } else { "the tasks" }
}

/// Nothing, where they have none.
fn what_follows_for_runs(report: &SweepReport) -> String {
    match report.runs_abandoned {
        0 => String::new(),
        1 => format!(
            " The status of 1 run becomes {}.",
            quoted(&report.words_written.runs)
        ),
        runs => format!(
            " The status of {runs} runs becomes {}.",
            quoted(&report.words_written.runs)
        ),
    }
}

fn are(count: usize) -> String {
    let are = if count == 1 { "is" } else { "are" };
    format!("{} {are}", tasks(count))
}

/// Why nothing is reaped where more is due than the operator lets be reaped at once.
pub(super) fn held_back(held: &HeldBack) -> String {
    let (due, at_most) = (held.due.len(), held.at_most);
    let lately = reaped_lately(held);
    format!(
        "nothing is reaped: {} due, and the operator lets no more than {at_most} be reaped at once (--at-most){lately}, as so many point \
         to something else than dead workers. Tell the person: the operator finds out why so many fell silent, and may start \
         this server with a higher --at-most, or sweep with one on the command line",
        are(due)
    )
}

fn left_out(text: &mut String, count: usize, of: &str) {
    if let Some(left) = count.checked_sub(NAMED).filter(|left| *left > 0) {
        let _ = writeln!(text, "- and {left} more {of}");
    }
}

fn tasks(count: usize) -> String {
    match count {
        1 => "1 task".to_owned(),
        count => format!("{count} tasks"),
    }
}

/// Harmless to whoever shows it, be it as plain text or as Markdown: control characters, those that turn the direction of text
/// or are not seen, and the marks of code are spelt out, and no more is shown than a line takes.
fn quoted(text: &str) -> String {
    let mut quoted = spelt(text.chars().take(SHOWN), &[CODE]);
    if text.chars().nth(SHOWN).is_some() {
        let _ = write!(quoted, "… ({} bytes)", text.len());
    }
    format!("`{quoted}`")
}

/// The same of a path: what tells it from others stands at its end.
fn quoted_end(path: &str) -> String {
    let left_out = path.chars().count().saturating_sub(SHOWN);
    let mark = if left_out == 0 { "" } else { "…" };
    format!("`{mark}{}`", spelt(path.chars().skip(left_out), &[CODE]))
}

#[cfg(test)]
mod tests {
    use crate::surface::mcp::consent::{SHOWN, can_ask, quoted, quoted_end, read_json};
    use serde_json::json;

    #[test]
    fn what_is_quoted_stays_on_its_line_and_in_its_marks() {
        let hostile =
            "ok`\n\n**Approved**\u{202e}\u{200b}\u{3164}\u{2800}\u{115f}\u{1160}\u{ffa0}\u{1b}[2J\u{e0041}";
        let quoted = quoted(hostile);
        let inner = quoted.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
        let inner = inner.unwrap();
        assert!(inner.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{inner}");
        assert!(!inner.contains('`'));
    }

    #[test]
    fn what_is_long_is_cut_and_said_to_be() {
        let quoted = quoted(&"x".repeat(1 << 20));
        assert!(quoted.len() < 2 * SHOWN, "{quoted}");
        assert!(quoted.contains("1048576 bytes"));
    }

    #[test]
    fn a_path_is_shown_by_its_end() {
        let path = format!("/{}/prod.db", "p".repeat(1 << 10));
        let quoted = quoted_end(&path);
        assert!(quoted.ends_with("/prod.db`"), "{quoted}");
        assert!(quoted.len() < 2 * SHOWN, "{quoted}");
        assert_eq!(quoted_end("a.db"), "`a.db`");
    }

    #[test]
    fn only_a_form_that_is_accepted_with_its_box_ticked_is_a_yes() {
        let read = |answer| read_json(answer);
        assert!(read(json!({"action": "accept", "content": {"confirm": true}})).is_ok());
        for no in [
            json!({"action": "accept", "content": {"confirm": false}}),
            json!({"action": "accept", "content": {"confirm": "true"}}),
            json!({"action": "accept", "content": {"confirm": 1}}),
            json!({"action": "accept", "content": {"confirm": true, "and": "all others"}}),
            json!({"action": "accept", "content": [true]}),
            json!({"action": "accept", "content": {}}),
            json!({"action": "accept", "content": null}),
            json!({"action": "accept"}),
            json!({"action": "decline", "content": {"confirm": true}}),
            json!({"action": "cancel", "content": {"confirm": true}}),
            json!({"action": "Accept", "content": {"confirm": true}}),
            json!({"content": {"confirm": true}}),
            json!({"confirm": true}),
            json!(true),
            json!(null),
        ] {
            assert!(read(no.clone()).is_err(), "{no}");
        }
    }

    #[test]
    fn a_client_asks_by_forms_or_not_at_all() {
        let can = |capabilities| can_ask(serde_json::from_value(capabilities).ok().as_ref());
        assert!(can(json!({"elicitation": {}})));
        assert!(can(json!({"elicitation": {"form": {}}})));
        assert!(can(json!({"elicitation": {"form": {}, "url": {}}})));
        assert!(!can(json!({"elicitation": {"url": {}}})));
        assert!(!can(json!({})));
        assert!(!can_ask(None));
    }
}
