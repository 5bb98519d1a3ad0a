//! What sweeps have learned is in force for those after them, of whatever project, and however long nobody learns.

use zombie_sweeper::rusqlite::Connection;

use super::SLOW;
use super::program::{auto, borne, queue};
use crate::cli::place::Place;

/// A queue that keeps no old runs: only the ledger knows by now.
fn swept() -> Place {
    let place = queue();
    auto(&place, &[]).run().summary();
    let retention = "DELETE FROM task_runs WHERE id LIKE 'past-%'";
    assert!(place.connect().execute(retention, []).unwrap() > 300);
    place
}

#[track_caller]
fn bears_what_was_learned(place: &Place, args: &[&str]) {
    let summary = auto(place, args).run().summary();
    assert_eq!(summary["reaped"], 0, "{summary:#}");
    assert_eq!(borne(&summary, SLOW), (2400.0, "kept".to_owned()));
}

#[test]
fn sweeps_that_do_not_learn_leave_it_alone() {
    let place = swept();
    let ledger = Connection::open(place.file("state/ledger.db")).unwrap();
    let days_ago = "UPDATE thresholds SET seen = seen - 3 * 86400000000";
    assert!(ledger.execute(days_ago, []).unwrap() > 0);
    let fixed = place.sweeper(&["--ledger-keep", "1d", "--at-most", "0"]);
    let fixed = fixed.env("ZOMBIE_SWEEPER_LEDGER", place.file("state/ledger.db"));
    fixed.run().exits(3);
    bears_what_was_learned(&place, &[]);
}

#[test]
fn sweeps_of_one_project_go_by_those_of_all() {
    let place = swept();
    let ledger = Connection::open(place.file("state/ledger.db")).unwrap();
    let before =
        "INSERT INTO scopes (id, database, project, since) SELECT 99, database, 'SciDEX', 0 FROM scopes;
                  INSERT INTO learning (scope, since) VALUES (99, 0);
                  INSERT INTO thresholds (scope, project, kind, stale_after, because, since, seen)
                  SELECT 99, project, kind, 900000000, 'default', 0, seen - 1 FROM thresholds";
    ledger.execute_batch(before).unwrap();
    bears_what_was_learned(&place, &["--project", "SciDEX"]);
}
