//! The thresholds of all projects and kinds, as a report shows them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use zombie_sweeper::zombie::{Labels, Learned, Runs};

use super::{CAP, DEFAULT, daily, day, ended, reaped, rising, s};

fn labels(project: &str, kind: &str) -> Labels {
    Labels {
        project: Some(project.into()),
        kind: Some(kind.into()),
    }
}

fn slow() -> Runs {
    daily(299, |i| ended(day(i), s(1_000)))
}

#[test]
fn each_project_and_kind_has_its_own() {
    let runs = BTreeMap::from([(labels("a", "slow"), slow()), (labels("a", "quick"), rising(299))]);
    let in_force = BTreeMap::from([(labels("b", "rare"), s(1_800))]);
    let learned = Learned::new(&runs, &in_force, DEFAULT, CAP);
    assert_eq!(learned.of(&labels("a", "slow")), s(2_000));
    assert_eq!(learned.of(&labels("a", "quick")), DEFAULT);
    assert_eq!(learned.of(&labels("b", "slow")), DEFAULT);
    assert_eq!(learned.of(&Labels::default()), DEFAULT);
    assert_eq!(
        learned.of(&labels("b", "rare")),
        s(1_800),
        "of which no run is known any more"
    );
    assert_eq!(learned, Learned::new(&runs, &in_force, DEFAULT, CAP));
}

#[test]
fn where_the_evidence_is_lost_it_is_the_cap_for_all() {
    let learned = Learned::lost(DEFAULT, CAP, "the ledger is gone");
    assert_eq!(learned.of(&labels("a", "slow")), CAP);
    assert_eq!(learned.why_lost(), Some("the ledger is gone"));
    assert_eq!(Learned::lost(DEFAULT, s(60), "").of(&Labels::default()), DEFAULT);
    assert_eq!(
        serde_json::to_value(&learned).unwrap(),
        json!({
            "confidence": 0.95, "share": 0.01, "groups": [],
            "otherwise": { "stale_after_s": 14_400.0, "because": "cap", "why": "the ledger is gone" },
        })
    );
}

#[test]
fn report_shows_each_with_its_evidence() {
    let mut many = slow();
    many.past
        .extend((0..5).map(|i| reaped(day(i).plus(s(40_000)), DEFAULT)));
    let runs = BTreeMap::from([(labels("a", "slow"), many), (Labels::default(), rising(7))]);
    let learned = Learned::new(&runs, &BTreeMap::new(), DEFAULT, CAP);
    assert_eq!(
        serde_json::to_value(&learned).unwrap(),
        json!({
            "confidence": 0.95,
            "share": 0.01,
            "groups": [
                {
                    "project": null, "kind": null, "stale_after_s": 900.0, "because": "default",
                    "n": 7, "missing": 292, "refused": 0, "overlapping": 0, "reaps": 0, "living": 0, "k": 0,
                    "bound_s": null, "bound_without_living_s": null, "bound_with_reaps_s": null, "bound_with_reaps": "too_few",
                },
                {
                    "project": "a", "kind": "slow", "stale_after_s": 2_000.0, "because": "bound",
                    "n": 299, "missing": 0, "refused": 0, "overlapping": 0, "reaps": 5, "living": 0, "k": 1,
                    "bound_s": 1_000.0, "bound_without_living_s": 1_000.0, "bound_with_reaps_s": null, "bound_with_reaps": "does_not_exist",
                },
            ],
            "otherwise": { "stale_after_s": 900.0, "because": "default", "why": Value::Null },
        })
    );
}
