//! What the tools take. What is not known here is refused: a misspelt narrowing would widen.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::time::Duration;

use rmcp::model::JsonObject;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How many are listed at most, whatever is asked for.
pub(super) const MOST: usize = 1000;

/// How many are listed where nobody says.
const LISTED: usize = 50;

/// How long an id or a name may be, in bytes.
const LONGEST: usize = 2048;

/// How many tasks a plan may be narrowed to by name.
const NAMED: usize = 1000;

/// The arguments of a call, or what is wrong with them.
pub(super) fn read<T: DeserializeOwned>(arguments: Option<JsonObject>) -> Result<T, String> {
    let arguments = Value::Object(arguments.unwrap_or_default());
    serde_json::from_value(arguments).map_err(|wrong| wrong.to_string())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoArguments {}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanArguments {
    /// Plan for this project only, by name or id. Unset: all.
    #[serde(default)]
    pub(super) project: Option<Name>,
    /// Plan for these tasks only, by their ids. Unset: all.
    #[serde(default)]
    pub(super) tasks: Option<Tasks>,
    /// List at most so many tasks, of which the person who is asked sees some: 50 unless set. All are counted.
    #[serde(default)]
    pub(super) limit: Limit,
    /// Instead of making a plan, list more of this one, which was made before. With `cursor`.
    #[serde(default)]
    pub(super) plan_id: Option<String>,
    /// Where to go on listing: the `next` of the page before.
    #[serde(default)]
    pub(super) cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SweepArguments {
    /// The `plan_id` of a plan that was made here less than five minutes ago, and not used.
    pub(super) plan_id: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExplainArguments {
    /// The task's id, as a plan or a history shows it.
    pub(super) task: Name,
    /// Explain it to a sweep of this project only, by name or id. Unset: all.
    #[serde(default)]
    pub(super) project: Option<Name>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HistoryArguments {
    /// Those of so much time until now, such as `24h`. Unset: all.
    #[serde(default)]
    pub(super) since: Option<Time>,
    /// Those of this task.
    #[serde(default)]
    pub(super) task: Option<Name>,
    /// Those of this project, by name or id.
    #[serde(default)]
    pub(super) project: Option<Name>,
    /// Those for this reason, by its code, such as `stale_heartbeat`.
    #[serde(default)]
    pub(super) reason: Option<Name>,
    /// List at most so many, the newest: 50 unless set. All are counted.
    #[serde(default)]
    pub(super) limit: Limit,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomesArguments {
    /// The reaps of so much time until now: `30d` unless set.
    #[serde(default)]
    pub(super) since: Option<Time>,
    /// What had become of each when so much time after it was over: `24h` unless set.
    #[serde(default)]
    pub(super) horizon: Option<Time>,
    /// Those of this project, by name or id.
    #[serde(default)]
    pub(super) project: Option<Name>,
    /// Those for this reason, by its code.
    #[serde(default)]
    pub(super) reason: Option<Name>,
    /// Say what silence has cost, and for how long to bear it.
    #[serde(default)]
    pub(super) suggest: bool,
}

/// An id or a name: not empty, and no longer than any sensible one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
pub(super) struct Name(#[schemars(length(min = 1, max = 2048))] pub(super) String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.len() {
            1..=LONGEST => Ok(Self(text)),
            found => Err(format!(
                "expected an id or a name of 1 to {LONGEST} bytes, found one of {found}"
            )),
        }
    }
}

/// Ids of tasks: of none at all would be of all.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Name>")]
pub(super) struct Tasks(#[schemars(length(min = 1, max = 1000))] pub(super) Vec<Name>);

impl TryFrom<Vec<Name>> for Tasks {
    type Error = String;

    fn try_from(names: Vec<Name>) -> Result<Self, String> {
        match names.len() {
            1..=NAMED => Ok(Self(names)),
            found => Err(format!(
                "expected 1 to {NAMED} ids of tasks, found {found}; leave `tasks` out for all"
            )),
        }
    }
}

/// How many are listed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "serde_json::Number")]
pub(super) struct Limit(NonZeroUsize);

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": MOST })
    }
}

impl Limit {
    pub(super) fn at_most(self) -> NonZeroUsize {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(NonZeroUsize::MIN.saturating_add(LISTED - 1))
    }
}

/// A whole number, however it is written.
impl TryFrom<serde_json::Number> for Limit {
    type Error = String;

    fn try_from(number: serde_json::Number) -> Result<Self, String> {
        // JSON tells no 1.0 from 1.
        let asked = number.as_f64();
        let limits = (1..=MOST).zip(1_u32..);
        let limit = limits
            .filter(|(_, limit)| asked == Some(f64::from(*limit)))
            .map(|(limit, _)| limit);
        let limit = limit.last().and_then(NonZeroUsize::new).map(Self);
        limit.ok_or_else(|| format!("expected a limit of 1 to {MOST}, found {number}"))
    }
}

/// A time such as `90s`, `15m` or `72h`; never none at all.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
pub(super) struct Time(#[schemars(with = "String")] pub(super) Duration);

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match humantime::parse_duration(&text) {
            Ok(time) if !time.is_zero() => Ok(Self(time)),
            _ => Err(format!("expected a time such as 90s, 15m or 72h, found {text:?}")),
        }
    }
}
