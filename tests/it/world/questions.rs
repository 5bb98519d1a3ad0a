use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use jsonschema::Validator;
use serde_json::Value;
use zombie_sweeper::inspect::{
    ExplainedTask, Explanation, History, HistoryOptions, Outcomes, OutcomesOptions, explain, history,
    outcomes,
};
use zombie_sweeper::zombie::PastReap;
use zombie_sweeper::{SweepError, SweepReport, sweep_zombie_tasks};

use super::World;

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[track_caller]
fn check(validator: &Validator, json: &Value) {
    let errors: Vec<_> = validator
        .iter_errors(json)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?} in {json:#}");
}

/// Holds an explanation to docs/explanation.schema.json.
pub(crate) fn check_explanation(json: &Value) {
    static SCHEMA: LazyLock<Validator> =
        LazyLock::new(|| validator(include_str!("../../../docs/explanation.schema.json")));
    check(&SCHEMA, json);
}

/// Holds a history to docs/history.schema.json.
pub(crate) fn check_history(json: &Value) {
    static SCHEMA: LazyLock<Validator> =
        LazyLock::new(|| validator(include_str!("../../../docs/history.schema.json")));
    check(&SCHEMA, json);
}

/// Holds outcomes to docs/outcomes.schema.json, and their figures to each other.
#[track_caller]
pub(crate) fn check_outcomes(json: &Value) {
    static SCHEMA: LazyLock<Validator> =
        LazyLock::new(|| validator(include_str!("../../../docs/outcomes.schema.json")));
    check(&SCHEMA, json);
    let count = |value: &Value| value.as_u64().unwrap();
    let mut told = 0;
    for group in json["groups"].as_array().unwrap() {
        told += count(&group["reaps"]);
        let became: u64 = group["outcomes"].as_object().unwrap().values().map(count).sum();
        let over = became + count(&group["unknown"]);
        assert_eq!(
            count(&group["reaps"]),
            count(&group["pending"]) + over,
            "{group:#}"
        );
        let silence = &group["silence"];
        if !silence.is_null() {
            let parts = ["contested", "unchallenged", "untold"].map(|part| count(&silence[part]));
            assert_eq!(parts.iter().sum::<u64>(), over, "{group:#}");
        }
    }
    assert_eq!(count(&json["told"]), told);
}

/// Asking the queue.
impl World {
    pub(crate) fn explanation(&self, id: &str) -> Result<Explanation, SweepError> {
        self.explanation_with(id, None)
    }

    /// The same where reaps are on record elsewhere.
    pub(crate) fn explanation_with(
        &self,
        id: &str,
        elsewhere: Option<Vec<PastReap>>,
    ) -> Result<Explanation, SweepError> {
        let explanation = explain(&self.conn, &self.options, id, elsewhere);
        if let Ok(explanation) = &explanation {
            check_explanation(&serde_json::to_value(explanation).unwrap());
        }
        explanation
    }

    /// What is said of the only task of this id.
    pub(crate) fn explain(&self, id: &str) -> ExplainedTask {
        let mut tasks = self.explanation(id).unwrap().tasks;
        assert_eq!(tasks.len(), 1, "{tasks:?}");
        tasks.remove(0)
    }

    pub(crate) fn history(&self, options: &HistoryOptions) -> History {
        self.try_history(options).unwrap()
    }

    pub(crate) fn try_history(&self, options: &HistoryOptions) -> Result<History, SweepError> {
        let options = options.clone().profile(self.options.profile_in_use().clone());
        let history = history(&self.conn, &options, None);
        if let Ok(history) = &history {
            check_history(&serde_json::to_value(history).unwrap());
        }
        history
    }

    pub(crate) fn outcomes(&self, options: &OutcomesOptions) -> Outcomes {
        let options = options.clone().profile(self.options.profile_in_use().clone());
        let before = self.dump();
        let outcomes = outcomes(&self.conn, &options, None).unwrap();
        assert_eq!(self.dump(), before, "nothing is written");
        check_outcomes(&serde_json::to_value(&outcomes).unwrap());
        outcomes
    }

    /// What a dry run of the same options says at another moment.
    pub(crate) fn dry_run_at(&mut self, at: DateTime<Utc>) -> SweepReport {
        let options = self.options.clone().dry_run(true).moved_to(at);
        sweep_zombie_tasks(&mut self.conn, &options).unwrap()
    }
}
