//! What is learned of silence, and what it takes to learn it.

use zombie_sweeper::ledger::{Ledger, Scope};

use super::super::place::Place;
use super::Watching;
use crate::auto::program::{borne, queue};

fn learning(place: &Place) -> Watching {
    let watcher = place.watcher(&["--stale-after", "auto"]);
    Watching::of(watcher.env("ZOMBIE_SWEEPER_LEDGER", place.file("state/ledger.db")))
}

#[test]
fn slow_kind_keeps_its_task_and_each_line_shows_why() {
    let place = queue();
    let watching = learning(&place);
    let summary = watching.next();
    assert_eq!(summary["task_ids"], serde_json::json!(["quick"]));
    assert_eq!(borne(&summary, "recurring"), (2400.0, "bound".to_owned()));
    place.end_run("slow");
    let summary = watching.next();
    assert_eq!(summary["task_ids"], serde_json::json!(["slow"]));
    assert_eq!(borne(&summary, "recurring"), (2400.0, "bound".to_owned()));
}

#[test]
fn runs_at_work_are_followed() {
    let place = queue();
    let watching = learning(&place);
    watching.next();
    watching.stop();
    let ledger = Ledger::open_to_read(&place.file("state/ledger.db")).unwrap();
    let scope = Scope::new(&place.file("orchestra.db"), None);
    let followed = ledger.followed(&scope.database).unwrap();
    assert!(followed.get(&"r-slow".into()).is_some(), "{followed:?}");
}

#[test]
fn without_a_ledger_nothing_is_learned() {
    let ran = queue().watcher(&["--stale-after", "auto"]).run().exits(2);
    assert!(ran.stderr.contains("expected --ledger PATH"), "{}", ran.stderr);
}
