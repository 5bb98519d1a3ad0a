use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use jsonschema::Validator;
use serde_json::Value;
use zombie_sweeper::inspect::{ExplainedTask, Explanation, History, HistoryOptions, explain, history};
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

    /// What a dry run of the same options says at another moment.
    pub(crate) fn dry_run_at(&mut self, at: DateTime<Utc>) -> SweepReport {
        let options = self.options.clone().dry_run(true).moved_to(at);
        sweep_zombie_tasks(&mut self.conn, &options).unwrap()
    }
}
