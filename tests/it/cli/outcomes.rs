//! `outcomes`, as it is typed.

use insta::assert_snapshot;
use serde_json::Value;

use super::place::Place;
use super::program::Program;
use crate::world::check_outcomes;

const NOW: &str = "2026-04-14T03:18:00Z";

#[track_caller]
fn told(place: &Place, program: Program) -> Value {
    let ran = place.untouched(|| program.run().exits(0));
    assert_eq!(ran.stderr, "");
    let json = serde_json::from_str(&ran.stdout).unwrap();
    check_outcomes(&json);
    json
}

/// Reaps of two sweeps of a host: one run was heard of again, one was not, and one had ended by itself.
fn queue() -> Place {
    Place::queue(|world| {
        world
            .task("t1")
            .status("done")
            .other_run("r1")
            .status("abandoned")
            .heartbeat("10m ago")
            .task("t2")
            .status("open")
            .other_run("r2")
            .status("abandoned")
            .task("t3")
            .status("open")
            .recurring()
            .sql(
                r#"INSERT INTO task_events (task_id, event_type, actor, payload, created_at) VALUES
                    ('t1', 'zombie_reaped', 'zombie-sweeper',
                     '{"reason": "stale_heartbeat", "run_id": "r1", "sign_of_life": "2026-04-11T01:40:00Z", "threshold_s": 900, "released": {"runs": ["r1"]}}', '2026-04-11T02:00:00Z'),
                    ('t2', 'zombie_reaped', 'zombie-sweeper',
                     '{"reason": "stale_heartbeat", "run_id": "r2", "sign_of_life": "2026-04-11T01:59:00Z", "threshold_s": 900, "released": {"runs": ["r2"]}}', '2026-04-11T02:15:00Z'),
                    ('t3', 'zombie_reaped', 'zombie-sweeper', '{"reason": "run_failed"}', '2026-04-14T02:30:00Z')"#,
            )
    })
}

#[test]
fn json_is_that_of_the_schema() {
    let place = queue();
    let json = told(&place, place.sweeper(&["outcomes", "--now", NOW]));
    assert_eq!(json["total"], 3);
    assert_eq!(json["sweeps"]["sweeps"], 2);
    assert_eq!(json["sweeps"]["contested"], 1);
}

#[test]
fn text_has_a_line_for_each_reason() {
    let place = queue();
    let program = place.sweeper(&["outcomes", "--now", NOW, "--format", "text"]);
    let text = place.untouched(|| program.run().exits(0).stdout);
    // The page shows the same.
    assert!(
        include_str!("../../../docs/outcomes.md").contains(&text),
        "{text}"
    );
    assert_snapshot!(text);
}

#[test]
fn text_of_none_says_so() {
    let place = queue();
    let program = place.sweeper(&["outcomes", "--now", NOW, "--since", "1m", "--format", "text"]);
    assert_snapshot!(program.run().exits(0).stdout, @"No reap since 2026-04-14T03:17:00Z is on record.");
}

#[test]
fn options_narrow_it_down() {
    let place = queue();
    for (options, total, pending) in [
        (&["--since", "24h"][..], 1, 1),
        (&["--since", "24h", "--horizon", "10m"], 1, 0),
        (&["--project", "SciDEX"], 3, 1),
        (&["--reason", "run_failed"], 1, 1),
    ] {
        let args = [&["outcomes", "--now", NOW][..], options].concat();
        let json = told(&place, place.sweeper(&args));
        assert_eq!(json["total"], total, "{options:?}");
        let groups = json["groups"].as_array().unwrap().iter();
        let found: u64 = groups.map(|group| group["pending"].as_u64().unwrap()).sum();
        assert_eq!(found, pending, "{options:?}");
    }
}

#[test]
fn horizon_of_no_time_at_all_is_refused() {
    let place = queue();
    let ran = place.sweeper(&["outcomes", "--horizon", "0s"]).run().exits(2);
    assert!(
        ran.stderr.contains("expected more than no time at all"),
        "{}",
        ran.stderr
    );
}

#[test]
fn suggestion_tells_the_costs_first() {
    let place = queue();
    let args = ["outcomes", "--suggest", "--now", NOW];
    let json = told(&place, place.sweeper(&args));
    assert_eq!(json["suggestion"]["costs"][0]["was"]["contested"], 1);
    let text = place.sweeper(&[&args[..], &["--format", "text"]].concat());
    assert_snapshot!(place.untouched(|| text.run().exits(0).stdout));
}

/// One variable for all: the sweep's may say `auto`.
#[test]
fn stale_after_is_that_of_the_sweep() {
    let place = queue();
    let otherwise = |stale_after: &str| {
        let program = place.sweeper(&["outcomes", "--suggest", "--now", NOW]);
        let json = told(&place, program.env("ZOMBIE_SWEEPER_STALE_AFTER", stale_after));
        json["suggestion"]["thresholds"]["otherwise"]["stale_after_s"].clone()
    };
    assert_eq!(otherwise("30m"), 1800.0);
    assert_eq!(otherwise("auto"), 900.0);
}

/// Of a queue that keeps no events the ledger tells.
#[test]
fn ledger_tells_where_the_queue_keeps_no_events() {
    let place = Place::queue(|world| {
        world
            .running("t1")
            .run("r1")
            .heartbeat("16m ago")
            .sql("DROP TABLE task_events")
    });
    place.write("queue.toml", "events.table = ''");
    let told = |args: &[&str]| {
        let program = place
            .sweeper(args)
            .env("ZOMBIE_SWEEPER_PROFILE", place.file("queue.toml"))
            .env("ZOMBIE_SWEEPER_LEDGER", place.file("state/ledger.db"));
        serde_json::from_str::<Value>(&program.run().exits(0).stdout).unwrap()
    };
    let swept = told(&[]);
    assert_eq!(swept["reaped"], 1);
    let at: chrono::DateTime<chrono::Utc> = swept["swept_at"].as_str().unwrap().parse().unwrap();
    let later = (at + chrono::TimeDelta::days(2)).to_rfc3339();
    let json = told(&["outcomes", "--now", &later]);
    check_outcomes(&json);
    assert_eq!(json["source"], "ledger");
    assert_eq!(json["groups"][0]["silence"]["unchallenged"], 1);
}
