//! The tools as a client lists them: the verbs, by their names, with what they take, what they give, and how far they go.

use std::sync::LazyLock;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::arguments::{
    ExplainArguments, HistoryArguments, NoArguments, OutcomesArguments, PlanArguments, SweepArguments,
};

/// A tool by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Plan,
    Sweep,
    Explain,
    History,
    Outcomes,
    Doctor,
    Schema,
}

impl Verb {
    const ALL: [Self; 7] = [
        Self::Plan,
        Self::Sweep,
        Self::Explain,
        Self::History,
        Self::Outcomes,
        Self::Doctor,
        Self::Schema,
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Sweep => "sweep",
            Self::Explain => "explain",
            Self::History => "history",
            Self::Outcomes => "outcomes",
            Self::Doctor => "doctor",
            Self::Schema => "schema",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Plan => "What a sweep would reap",
            Self::Sweep => "Reap what a plan lists",
            Self::Explain => "Why a task was reaped, or would be",
            Self::History => "What was reaped",
            Self::Outcomes => "What became of what was reaped",
            Self::Doctor => "What is wrong with the queue",
            Self::Schema => "What is understood of the queue",
        }
    }

    fn says(self) -> &'static str {
        match self {
            Self::Plan => {
                "Finds the running tasks whose workers are dead, and writes nothing. Returns the summary of the sweep that \
                 could follow, and a `plan_id` for `sweep` that is good for five minutes. Long lists are cut: `next` says where \
                 to go on, with `plan_id` and `cursor`."
            }
            Self::Sweep => {
                "Reaps the tasks of a plan that are zombies still, for the same reason and with the same run, and no other: \
                 tasks and runs get the status that the queue's profile has for them, such as open and abandoned. A person is asked first, and decides; whatever they \
                 answer uses the plan up. Nothing in the arguments stands for their consent."
            }
            Self::Explain => {
                "Says of one task what a sweep goes by and would do now, and for each time that it was reaped why, and what \
                 became of it."
            }
            Self::History => "Lists what was reaped, newest first, and what became of each.",
            Self::Outcomes => {
                "Counts what became of the reaps: how many were finished by another worker, and which were contested because \
                 the first worker was alive."
            }
            Self::Doctor => {
                "Says what is wrong with the queue or will be, and what to do about it. Reads only: the trial that the command \
                 line can make is not made."
            }
            Self::Schema => "Shows which table and column of the database plays which role.",
        }
    }

    /// All hints are said, none left to a default.
    fn annotations(self) -> ToolAnnotations {
        let sweeps = self == Self::Sweep;
        ToolAnnotations::with_title(self.title())
            .read_only(!sweeps)
            // What a task held is overwritten, though the event keeps it.
            .destructive(sweeps)
            // A plan is used once; what only reads changes nothing however often.
            .idempotent(true)
            // One queue, and nothing beyond it.
            .open_world(false)
    }

    fn takes(self) -> JsonObject {
        match self {
            Self::Plan => schema_of::<PlanArguments>(),
            Self::Sweep => schema_of::<SweepArguments>(),
            Self::Explain => schema_of::<ExplainArguments>(),
            Self::History => schema_of::<HistoryArguments>(),
            Self::Outcomes => schema_of::<OutcomesArguments>(),
            Self::Doctor | Self::Schema => schema_of::<NoArguments>(),
        }
    }

    /// What the command line prints, and what is added here.
    fn gives(self) -> JsonObject {
        let summary = include_str!("../../../docs/summary.schema.json");
        match self {
            Self::Plan => adding(
                summary,
                json!({
                    "plan_id": { "description": "What `sweep` takes, once.", "type": "string" },
                    "expires_at": { "description": "Until when, RFC 3339.", "type": "string" },
                    "next": {
                        "description": "Where to go on listing, with `plan_id`; null where all is listed.",
                        "type": ["string", "null"],
                    },
                }),
            ),
            Self::Sweep => adding(
                summary,
                json!({
                    "plan_id": { "description": "The plan that is used up now.", "type": "string" },
                    "planned": { "description": "How many tasks it listed.", "type": "integer", "minimum": 0 },
                    "consent": {
                        "description": "Who agreed: the person, who was asked, or the operator, who lets clients sweep that \
                                        cannot ask.",
                        "enum": ["person", "operator"],
                    },
                    "is_cut": { "description": "Whether there are more than are listed, or texts are shortened.", "type": "boolean" },
                }),
            ),
            Self::Explain => adding(include_str!("../../../docs/explanation.schema.json"), json!({})),
            Self::History => adding(include_str!("../../../docs/history.schema.json"), json!({})),
            Self::Outcomes => adding(include_str!("../../../docs/outcomes.schema.json"), json!({})),
            Self::Doctor => adding(include_str!("../../../docs/diagnosis.schema.json"), json!({})),
            Self::Schema => adding(include_str!("../../../docs/understood.schema.json"), json!({})),
        }
    }

    fn tool(self) -> Tool {
        Tool::new(self.name(), self.says(), self.takes())
            .with_title(self.title())
            .with_raw_output_schema(self.gives().into())
            .with_annotations(self.annotations())
    }
}

/// The tools, but for those that write where that is not allowed.
pub(super) fn offered(is_read_only: bool) -> impl Iterator<Item = &'static Tool> {
    static TOOLS: LazyLock<Vec<(Verb, Tool)>> =
        LazyLock::new(|| Verb::ALL.map(|verb| (verb, verb.tool())).into());
    let offered = TOOLS
        .iter()
        .filter(move |(verb, _)| !is_read_only || *verb != Verb::Sweep);
    offered.map(|(_, tool)| tool)
}

fn schema_of<T: JsonSchema>() -> JsonObject {
    let mut schema = schemars::schema_for!(T).to_value();
    let object = schema.as_object_mut().map(std::mem::take).unwrap_or_default();
    without_the_names_of_types(object)
}

/// They say nothing to a client.
fn without_the_names_of_types(mut schema: JsonObject) -> JsonObject {
    schema.remove("title");
    schema
}

/// A schema of the docs, with what is added to its properties.
fn adding(schema: &str, properties: Value) -> JsonObject {
    let mut schema: JsonObject = serde_json::from_str(schema).unwrap_or_default();
    if let (Some(Value::Object(known)), Value::Object(added)) = (schema.get_mut("properties"), properties) {
        known.extend(added);
    }
    schema
}
