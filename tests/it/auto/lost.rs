//! The ledger that thresholds are learned from is not there, not ours, or not whole: what was learned may have been longer
//! than the default.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;
use zombie_sweeper::rusqlite::Connection;

use super::program::{auto, borne, queue};
use super::{QUICK, SLOW};
use crate::cli::place::Place;
use crate::cli::privilege::{am_root, skipped};

const CAP: f64 = 4.0 * 3600.0;

fn ledger(place: &Place) -> PathBuf {
    place.file("state/ledger.db")
}

/// A queue that was swept by what was learned; one task was reaped, and is silent again.
fn swept() -> Place {
    let place = queue();
    assert_eq!(auto(&place, &[]).run().summary()["reaped"], 1);
    let again = "UPDATE tasks SET status = 'running', active_run_id = 'r-quick' WHERE id = 'quick';
                 UPDATE task_runs SET status = 'running', completed_at = NULL WHERE id = 'r-quick'";
    place.connect().execute_batch(again).unwrap();
    place
}

/// A sweep that finds its evidence lost: nobody is reaped of whom nothing is known, and it says why.
#[track_caller]
fn bears_the_most(place: &Place, why: &str) -> Value {
    let foretold = auto(place, &["--dry-run"]).run().summary();
    let summary = auto(place, &[]).run().summary();
    for summary in [&foretold, &summary] {
        assert_eq!(summary["reaped"], 0, "{summary:#}");
        assert_eq!(borne(summary, QUICK), (CAP, "cap".to_owned()));
        let warnings = summary["warnings"].as_array().unwrap();
        let said = warnings[0].as_str().unwrap();
        assert!(said.contains("what was learned") && said.contains(why), "{said}");
    }
    summary
}

/// Nothing was learned of the quick kind, and nothing lost.
#[track_caller]
fn bears_the_default(summary: &Value) {
    assert_eq!(borne(summary, QUICK), (900.0, "default".to_owned()));
}

/// It is there again as it was: what was learned is in force.
#[track_caller]
fn is_well(place: &Place) {
    let summary = auto(place, &["--dry-run"]).run().summary();
    assert_eq!(summary["reaped"], 1);
    bears_the_default(&summary);
}

#[test]
fn new_ledger_is_not_a_lost_one() {
    let place = queue();
    let summary = auto(&place, &[]).run().summary();
    assert_eq!(summary["warnings"], serde_json::json!([]));
    bears_the_default(&summary);
    is_well(&swept());
}

/// One that was kept before, by sweeps that did not learn, is as good.
#[test]
fn ledger_of_sweeps_that_did_not_learn() {
    let place = queue();
    let sweep = place.sweeper(&["--project", "SciDEX", "--at-most", "0"]);
    sweep.env("ZOMBIE_SWEEPER_LEDGER", ledger(&place)).run().exits(3);
    let summary = auto(&place, &[]).run().summary();
    bears_the_default(&summary);
    assert_eq!(summary["reaped"], 1);
}

/// The queue's own events say that something was learned.
#[test]
fn lost_one_is_told_by_the_events() {
    let place = swept();
    fs::remove_file(ledger(&place)).unwrap();
    let summary = bears_the_most(&place, "the ledger remembers no learned threshold");
    assert_eq!(
        borne(&summary, SLOW).1,
        "bound",
        "enough of these have ended to learn it anew"
    );
    // The new one remembers it, whatever becomes of the events.
    place.connect().execute_batch("DELETE FROM task_events").unwrap();
    bears_the_most(&place, "the ledger remembers no learned threshold");
    // Until the operator says otherwise, as docs/ledger.md has it.
    let otherwise = "UPDATE learning SET lost = NULL; DELETE FROM thresholds";
    Connection::open(ledger(&place))
        .unwrap()
        .execute_batch(otherwise)
        .unwrap();
    is_well(&place);
}

/// Who only asks has lost nothing by naming no ledger, or one that is not there: the queue tells what it can.
#[test]
fn suggestion_without_a_ledger_holds_nothing_to_be_lost() {
    let place = swept();
    let nowhere = place.file("nowhere.db");
    let asked = || place.sweeper(&["outcomes", "--suggest"]);
    for (program, why) in [
        (asked(), "no ledger is named"),
        (
            asked().env("ZOMBIE_SWEEPER_LEDGER", nowhere),
            "there is no ledger at",
        ),
    ] {
        let told: Value = serde_json::from_str(&program.run().exits(0).stdout).unwrap();
        let suggested = &told["suggestion"];
        bears_the_default(suggested);
        assert_eq!(borne(suggested, SLOW).1, "bound", "the queue's own rows say so");
        assert_eq!(suggested["thresholds"]["otherwise"]["stale_after_s"], 900.0);
        let warnings = told["warnings"].as_array().unwrap();
        let said: Vec<_> = warnings.iter().map(|said| said.as_str().unwrap()).collect();
        assert!(
            said.iter()
                .any(|said| said.contains(why) && said.contains("not known")),
            "{said:?}"
        );
        assert!(!said.iter().any(|said| said.contains("lost")), "{said:?}");
    }
}

/// What was learned long ago is not in force any more.
#[test]
fn reaps_of_long_ago_tell_nothing() {
    let place = swept();
    fs::remove_file(ledger(&place)).unwrap();
    let long_ago = "UPDATE task_events SET created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-31 days')";
    place.connect().execute_batch(long_ago).unwrap();
    is_well(&place);
}

/// A reap by a time that an operator chose says nothing of learning.
#[test]
fn reaps_by_another_threshold_tell_nothing() {
    let place = queue();
    assert_eq!(
        place.sweeper(&["--stale-after", "20m"]).run().summary()["reaped"],
        2
    );
    let summary = auto(&place, &["--dry-run"]).run().summary();
    bears_the_default(&summary);
}

#[test]
fn damaged_one_is_remembered_by_the_one_in_its_place() {
    let place = swept();
    place.connect().execute_batch("DELETE FROM task_events").unwrap();
    let mut bytes = fs::read(ledger(&place)).unwrap();
    bytes[..64].fill(b'x');
    fs::write(ledger(&place), bytes).unwrap();
    let summary = bears_the_most(&place, "is damaged");
    assert!(summary["warnings"][1].as_str().unwrap().contains("is set aside"));
    bears_the_most(&place, "was damaged");
}

/// A sweep that does not learn set it aside; the next that does has to know.
#[test]
fn damaged_one_that_another_sweep_set_aside() {
    let place = swept();
    place.connect().execute_batch("DELETE FROM task_events").unwrap();
    let mut bytes = fs::read(ledger(&place)).unwrap();
    bytes[..64].fill(b'x');
    fs::write(ledger(&place), bytes).unwrap();
    let sweep = place.sweeper(&["--at-most", "0"]);
    sweep.env("ZOMBIE_SWEEPER_LEDGER", ledger(&place)).run().exits(3);
    bears_the_most(&place, "was damaged");
}

#[test]
fn one_that_others_may_write() {
    let place = swept();
    let mode = |mode| fs::set_permissions(ledger(&place), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o620);
    bears_the_most(&place, "others may write it");
    mode(0o600);
    is_well(&place);
    let folder = |mode| place.mode("state", mode);
    folder(0o777);
    bears_the_most(&place, "everybody may write its folder");
    folder(0o700);
    is_well(&place);
}

#[test]
fn one_of_another_user() {
    if !am_root() {
        return skipped("only root gives files away");
    }
    let place = swept();
    std::os::unix::fs::chown(ledger(&place), Some(65534), None).unwrap();
    bears_the_most(&place, "it belongs to another user");
}

#[test]
fn one_of_a_newer_version() {
    let place = swept();
    let version = |version| {
        let conn = Connection::open(ledger(&place)).unwrap();
        conn.pragma_update(None, "user_version", version).unwrap();
    };
    version(99);
    bears_the_most(&place, "of a newer sweeper");
    version(2);
    is_well(&place);
}

/// It is held for a moment: that is no loss, and nothing of it is remembered.
#[test]
fn one_that_is_held() {
    let place = swept();
    let other = Connection::open(ledger(&place)).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    bears_the_most(&place, "is held by another process");
    other.execute_batch("ROLLBACK").unwrap();
    is_well(&place);
}

/// A folder in its place is wrong usage, as ever.
#[test]
fn something_else_in_its_place() {
    let place = swept();
    fs::write(ledger(&place), "a shopping list").unwrap();
    bears_the_most(&place, "it is no ledger");
}
