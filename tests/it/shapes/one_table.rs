//! A queue of one table: the task row is its own run.

use super::kinds::ONE_TABLE;
use crate::world::{NULL, World, moment, reasons};

fn jobs(rows: &str) -> World {
    World::foreign(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, beat_at TEXT, begun_at TEXT,
            tries INTEGER NOT NULL DEFAULT 1, host TEXT, ended_at TEXT, updated_at TEXT)",
    )
    .sql(rows)
    .profile(ONE_TABLE)
}

fn job(id: &str, beat: &str, begun: &str, ended: &str) -> String {
    let at = |when: &str| match when {
        "" => "NULL".to_owned(),
        when if when.ends_with("ago") => format!("'{}'", moment(when)),
        word => format!("'{word}'"),
    };
    format!(
        "INSERT INTO jobs VALUES ('{id}', 'working', {}, {}, 1, 'h1', {}, NULL);",
        at(beat),
        at(begun),
        at(ended)
    )
}

#[test]
fn a_start_alone_is_a_sign_of_life() {
    let mut world = jobs(&(job("j1", "", "14m ago", "") + &job("j2", "", "16m ago", "")));
    assert_eq!(reasons(&world.sweep()), ["j2: stale_heartbeat"]);
    assert_eq!(
        world.value("jobs.begun_at", "j2"),
        moment("16m ago"),
        "a start stays"
    );
    assert_eq!(world.value("jobs.host", "j2"), NULL);
}

#[test]
fn an_update_counts_where_there_is_nothing_else() {
    let updated = |when: &str| format!("UPDATE jobs SET updated_at = '{}'", moment(when));
    let mute = job("j1", "", "", "");
    assert_eq!(jobs(&(mute.clone() + &updated("1m ago"))).sweep().healthy, 1);
    assert_eq!(
        reasons(&jobs(&(mute + &updated("16m ago"))).sweep()),
        ["j1: stale_heartbeat"]
    );
    let started = job("j1", "", "16m ago", "");
    assert_eq!(
        reasons(&jobs(&(started + &updated("1m ago"))).sweep()),
        ["j1: stale_heartbeat"]
    );
}

#[test]
fn a_task_that_shows_nothing_is_undecided() {
    let report = jobs(&job("j1", "", "", "")).sweep();
    assert!(
        report.undecided[0]
            .why
            .contains("no readable heartbeat, start, lease or update"),
        "{report:?}"
    );
}

#[test]
fn an_unreadable_sign_is_undecided() {
    let report = jobs(&job("j1", "soon", "2h ago", "")).sweep();
    assert!(
        report.undecided[0].why.contains("jobs.beat_at is \"soon\""),
        "{report:?}"
    );
}

#[test]
fn what_has_ended_is_not_done_again_whatever_it_is_called() {
    let mut world = jobs(&job("j1", "2h ago", "3h ago", "1h ago"));
    let report = world.sweep();
    assert!(report.undecided[0].why.contains("has an end"), "{report:?}");
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("jobs called running that have an end: 1, such as")),
        "{report:?}"
    );
    // The end of an earlier attempt is none.
    let mut world = jobs(&job("j1", "16m ago", "1h ago", "2h ago"));
    assert_eq!(reasons(&world.sweep()), ["j1: stale_heartbeat"]);
    // And one that cannot be read may be one.
    assert_eq!(
        jobs(&job("j1", "16m ago", "1h ago", "yes"))
            .sweep()
            .undecided
            .len(),
        1
    );
}

#[test]
fn a_recurring_task_is_due_again() {
    let mut world = jobs(&job("j1", "16m ago", "1h ago", ""))
        .sql("ALTER TABLE jobs ADD COLUMN kind TEXT DEFAULT 'recurring'; ALTER TABLE jobs ADD COLUMN next_run_at TEXT");
    world.sweep();
    assert_eq!(world.value("jobs.next_run_at", "j1"), moment("now"));
}
