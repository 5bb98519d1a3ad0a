use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;
use zombie_sweeper::inspect::{Diagnosis, Surroundings, doctor};

use super::World;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/diagnosis.schema.json")).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
});

/// Asking what is wrong with the queue.
impl World {
    /// In which nothing is: a task at work with all it holds, one that is claimed, one that waits, and one that is done.
    pub(crate) fn healthy() -> Self {
        Self::new()
            .running("t1")
            .run("r1")
            .heartbeat("1m ago")
            .workspace("w1")
            .set("task_id", "t1")
            .bare_task("t2")
            .status("running")
            .updated("1m ago")
            .bare_task("t3")
            .task("t4")
            .status("done")
            .set("active_run_id", "r4")
            .other_run("r4")
            .status("completed")
            .ended("1h ago")
    }

    pub(crate) fn doctor(&self) -> Diagnosis {
        self.doctor_in(&Surroundings::default())
    }

    pub(crate) fn doctor_in(&self, around: &Surroundings) -> Diagnosis {
        let before = self.dump();
        let diagnosis = doctor(&self.conn, &self.options, around).unwrap();
        assert_eq!(self.dump(), before, "nothing is written");
        check_diagnosis(&serde_json::to_value(&diagnosis).unwrap());
        diagnosis
    }
}

/// Each finding, such as `warning undecided`.
pub(crate) fn codes(diagnosis: &Diagnosis) -> Vec<String> {
    let findings = diagnosis.findings.iter();
    findings
        .map(|finding| format!("{} {}", finding.severity, finding.code))
        .collect()
}

/// What the only finding with this code saw.
#[track_caller]
pub(crate) fn seen<'d>(diagnosis: &'d Diagnosis, code: &str) -> &'d str {
    let found = || {
        diagnosis
            .findings
            .iter()
            .filter(|finding| finding.code.word() == code)
    };
    assert_eq!(found().count(), 1, "{code} in {:#?}", diagnosis.findings);
    &found().next().unwrap().seen
}

/// Holds a diagnosis to its schema, and its figures to each other.
#[track_caller]
pub(crate) fn check_diagnosis(diagnosis: &Value) {
    let errors: Vec<_> = SCHEMA
        .iter_errors(diagnosis)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?} in {diagnosis:#}");
    let count = |key: &str| diagnosis[key].as_u64().unwrap();
    assert_eq!(
        count("scanned"),
        count("healthy") + count("zombies") + count("undecided")
    );
    let first = diagnosis["findings"].as_array().unwrap().first();
    assert_eq!(
        diagnosis["worst"],
        first.map_or(Value::Null, |first| first["severity"].clone())
    );
}
