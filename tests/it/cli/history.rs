//! `history`, as it is typed.

use insta::assert_snapshot;
use serde_json::Value;

use super::place::Place;
use super::program::Program;
use crate::world::check_history;

const NOW: &str = "2026-04-11T03:18:00Z";

#[track_caller]
fn told(place: &Place, program: Program) -> Value {
    let ran = place.untouched(|| program.run().exits(0));
    assert_eq!(ran.stderr, "");
    let json = serde_json::from_str(&ran.stdout).unwrap();
    check_history(&json);
    json
}

/// Reaps of three days, told by their tasks.
fn queue() -> Place {
    Place::queue(|world| {
        world
            .task("t1")
            .status("open")
            .task("t2")
            .status("done")
            .other_run("r2")
            .status("completed")
            .started("20m ago")
            .sql(
                r#"INSERT INTO task_events (task_id, event_type, actor, payload, created_at) VALUES
                    ('t1', 'zombie_reaped', 'zombie-sweeper', '{"reason": "stale_heartbeat", "sign_of_life": "2026-04-09T01:00:00Z"}', '2026-04-09T02:00:00Z'),
                    ('t1', 'zombie_reaped', 'zombie-sweeper', '{"reason": "lease_expired"}', '2026-04-11T02:00:00Z'),
                    ('t2', 'zombie_reaped', 'zombie-sweeper', '{"reason": "run_failed"}', '2026-04-11T02:30:00Z'),
                    ('t3', 'zombie_reaped', 'zombie-sweeper', '{half', '2026-04-11T01:30:00Z')"#,
            )
    })
}

#[test]
fn json_is_that_of_the_schema() {
    let place = queue();
    let json = told(&place, place.sweeper(&["history", "--now", NOW]));
    assert_eq!(json["total"], 4);
    assert_eq!(json["outcomes"]["again"], 1);
}

#[test]
fn text_has_a_bar_a_day() {
    let place = queue();
    let program = place.sweeper(&["history", "--now", NOW, "--format", "text", "--limit", "3"]);
    assert_snapshot!(place.untouched(|| program.run().exits(0).stdout));
}

/// A run that was heard of after it was reaped for silence.
#[test]
fn contested_reap_is_told_in_both_forms() {
    let place = Place::queue(|world| {
        world
            .task("t1")
            .status("open")
            .other_run("r1")
            .status("abandoned")
            .heartbeat("10m ago")
            .sql(
                r#"INSERT INTO task_events (task_id, event_type, payload, created_at)
                   VALUES ('t1', 'zombie_reaped', '{"reason": "stale_heartbeat", "run_id": "r1"}', '2026-04-11T02:00:00Z')"#,
            )
    });
    let args = ["history", "--now", NOW];
    let json = told(&place, place.sweeper(&args));
    assert_eq!(json["reaps"][0]["contested"], true);
    let text = place.sweeper(&[&args[..], &["--format", "text"]].concat());
    let text = text.run().exits(0).stdout;
    assert!(text.contains("waiting, contested"), "{text}");
}

#[test]
fn options_narrow_it_down() {
    let place = queue();
    for (options, total) in [
        (&["--since", "24h"][..], 3),
        (&["--task", "t1"], 2),
        (&["--project", "SciDEX"], 3),
        (&["--reason", "run_failed"], 1),
        (&["--task", "t1", "--since", "24h"], 1),
    ] {
        let args = [&["history", "--now", NOW][..], options].concat();
        assert_eq!(told(&place, place.sweeper(&args))["total"], total, "{options:?}");
    }
}

#[test]
fn who_may_only_read_may_ask() {
    let place = queue();
    place.mode("orchestra.db", 0o444);
    place.mode(".", 0o555);
    let args = ["history", "--now", NOW];
    for program in [
        place.unprivileged_sweeper(&args),
        place.sweeper_on_a_read_only_mount(&args),
    ] {
        let Some(program) = program else { return };
        assert_eq!(told(&place, program)["total"], 4);
    }
}
