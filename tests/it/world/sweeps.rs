use std::collections::HashSet;
use std::error::Error;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;
use zombie_sweeper::Profile;
use zombie_sweeper::{SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};

use super::World;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/summary.schema.json")).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
});

/// Sweeping the queue.
impl World {
    pub(crate) fn options(mut self, options: impl FnOnce(SweepOptions) -> SweepOptions) -> Self {
        self.options = options(self.options);
        self
    }

    pub(crate) fn profile(self, toml: &str) -> Self {
        let profile = Profile::from_toml(toml).unwrap();
        self.options(|options| options.profile(profile))
    }

    /// A sweep that succeeds.
    pub(crate) fn sweep(&mut self) -> SweepReport {
        self.try_sweep()
            .unwrap_or_else(|error| panic!("{}", in_full(&error)))
    }

    pub(crate) fn dry_run(&mut self) -> SweepReport {
        let options = self.options.clone().dry_run(true);
        let report = sweep_zombie_tasks(&mut self.conn, &options)
            .unwrap_or_else(|error| panic!("{}", in_full(&error)));
        check(&report);
        report
    }

    /// A sweep that fails and leaves no trace; returns all that the error says.
    pub(crate) fn refused(&mut self) -> String {
        let before = self.dump();
        let error = self.try_sweep().expect_err("the sweep is refused");
        assert!(!matches!(error, SweepError::Partial { .. }), "{error:?}");
        assert!(self.conn.is_autocommit(), "no transaction is left open");
        assert_eq!(self.dump(), before, "nothing is written");
        in_full(&error)
    }

    /// A sweep with other options than the story's that succeeds.
    pub(crate) fn sweep_with(&mut self, options: &SweepOptions) -> SweepReport {
        let report =
            sweep_zombie_tasks(&mut self.conn, options).unwrap_or_else(|error| panic!("{}", in_full(&error)));
        check(&report);
        report
    }

    pub(crate) fn try_sweep(&mut self) -> Result<SweepReport, SweepError> {
        let swept = sweep_zombie_tasks(&mut self.conn, &self.options);
        match &swept {
            Ok(report) => check(report),
            Err(SweepError::Partial { report, .. }) => check(report),
            Err(_) => {}
        }
        swept
    }
}

/// Task and reason of each reap, such as `t1: stale_heartbeat`.
pub(crate) fn reasons(report: &SweepReport) -> Vec<String> {
    report
        .reaps
        .iter()
        .map(|reap| format!("{}: {}", reap.task_id, reap.reason))
        .collect()
}

/// An error and all that is behind it.
pub(crate) fn in_full(error: &SweepError) -> String {
    let mut text = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        text = format!("{text}: {error}");
        behind = error.source();
    }
    text
}

/// What docs/summary.schema.json has against this.
pub(crate) fn schema_errors(json: &Value) -> Vec<String> {
    SCHEMA.iter_errors(json).map(|error| error.to_string()).collect()
}

/// Holds a report to its schema, and its figures to each other.
pub(crate) fn check(report: &SweepReport) {
    let json = serde_json::to_value(report).unwrap();
    check_json(&json);
    let reaped = report.reaps.len();
    assert_eq!(json["reaped"], reaped);
    let ids: Vec<_> = report.reaps.iter().map(|reap| &reap.task_id).collect();
    // Two keys of several columns may be shown alike; of the others, no two may.
    let distinct: HashSet<_> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(json["task_ids"].as_array().unwrap().len(), distinct.len());
    assert!(distinct.len() == reaped || distinct.iter().any(|id| id.contains('/')));
    assert!(ids.is_sorted(), "{ids:?}");
    let held_back = report.held_back.as_ref().map_or(0, |held| held.due.len());
    let left = report.undecided.len() + report.failed.len() + report.moved_on + report.waiting + held_back;
    let accounted_for = reaped + report.healthy + left;
    if report.error.is_none() {
        assert_eq!(report.scanned, accounted_for, "{report:?}");
        assert_eq!(
            report.transactions > 0,
            reaped > 0 && !report.dry_run,
            "{report:?}"
        );
    }
}

/// Holds a summary to its schema.
pub(crate) fn check_json(summary: &Value) {
    let errors: Vec<_> = SCHEMA
        .iter_errors(summary)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?} in {summary:#}");
}
