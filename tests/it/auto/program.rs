//! The program with `--stale-after auto`.

use insta::assert_snapshot;
use serde_json::Value;
use zombie_sweeper::ledger::{Ledger, Scope};

use super::{ENOUGH, QUICK, SLOW, labels, minutes};
use crate::cli::place::Place;
use crate::cli::program::Program;
use crate::world::World;

const NOW: &str = "'now'";

/// A task at work, whose run was heard of last so many minutes ago.
fn at_work(world: World, id: &str, kind: &str, silence: u32) -> World {
    let beat = format!(
        "UPDATE task_runs SET last_heartbeat = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-{silence} minutes') WHERE id = 'r-{id}'"
    );
    world
        .running(id)
        .set("task_type", kind)
        .run(format!("r-{id}"))
        .sql(&beat)
}

/// A slow kind and a quick one, each with a task that has been silent for 25 minutes.
pub(crate) fn queue() -> Place {
    Place::queue(|world| {
        let world = world.past_runs_until(NOW, SLOW, ENOUGH, 20);
        at_work(at_work(world, "slow", SLOW, 25), "quick", QUICK, 25)
    })
}

/// The program with a ledger in the folder `state`.
pub(super) fn auto(place: &Place, args: &[&str]) -> Program {
    let learned = ["--stale-after", "auto"];
    let args: Vec<_> = args.iter().chain(&learned).copied().collect();
    place
        .sweeper(&args)
        .env("ZOMBIE_SWEEPER_LEDGER", place.file("state/ledger.db"))
}

/// What is borne of a kind, and why.
#[track_caller]
pub(crate) fn borne(summary: &Value, kind: &str) -> (f64, String) {
    let groups = summary["thresholds"]["groups"].as_array().unwrap();
    let of = groups.iter().find(|group| group["kind"] == kind);
    let of = of.unwrap_or(&summary["thresholds"]["otherwise"]);
    let because = of["because"].as_str().unwrap().to_owned();
    (of["stale_after_s"].as_f64().unwrap(), because)
}

#[test]
fn slow_kind_keeps_its_task_and_the_summary_shows_why() {
    let place = queue();
    let foretold = auto(&place, &["--dry-run"]).run().summary();
    let summary = auto(&place, &[]).run().summary();
    for summary in [&foretold, &summary] {
        assert_eq!(summary["task_ids"], serde_json::json!(["quick"]));
        assert_eq!(summary["stale_after_s"], 900.0, "the default");
        let (borne, because) = borne(summary, SLOW);
        assert!((2400.0..3600.0).contains(&borne), "{borne}");
        assert_eq!(because, "bound");
        assert_eq!(summary["warnings"], serde_json::json!([]));
    }
    let ledger = Ledger::open_own(&place.file("state/ledger.db")).unwrap();
    let learning = ledger
        .learning(&Scope::new(&place.db(), None).database)
        .unwrap()
        .unwrap();
    assert_eq!(learning.lost, None);
    assert!(learning.in_force[&labels(SLOW)] >= minutes(40));
}

#[test]
fn off_unless_it_is_asked_for() {
    let place = queue();
    let program = place
        .sweeper(&[])
        .env("ZOMBIE_SWEEPER_LEDGER", place.file("state/ledger.db"));
    let summary = program.run().summary();
    assert_eq!(summary["reaped"], 2);
    assert_eq!(summary.get("thresholds"), None);
}

#[test]
fn variable_takes_the_word_too() {
    let place = queue();
    let program = place
        .sweeper(&["--dry-run"])
        .env("ZOMBIE_SWEEPER_LEDGER", place.file("state/ledger.db"))
        .env("ZOMBIE_SWEEPER_STALE_AFTER", "auto");
    assert_eq!(program.run().summary()["task_ids"], serde_json::json!(["quick"]));
}

#[test]
fn nothing_is_learned_without_a_ledger() {
    let place = queue();
    let refused = |args: &[&str]| {
        let ran = place.untouched(|| place.sweeper(args).run()).exits(2);
        ran.stderr.lines().next().unwrap().to_owned()
    };
    let said = refused(&["--stale-after", "auto"]);
    assert_snapshot!(said, @"error: --stale-after auto (ZOMBIE_SWEEPER_STALE_AFTER) learns from what past sweeps remember, and there is no ledger: expected --ledger PATH (ZOMBIE_SWEEPER_LEDGER) with it, such as /var/lib/zombie-sweeper/ledger.db, or a time");
    assert_eq!(refused(&["doctor", "--stale-after", "auto"]), said);
    assert_eq!(refused(&["explain", "slow", "--stale-after", "auto"]), said);
    assert_snapshot!(refused(&["--stale-after", "automatic"]), @"error: invalid value 'automatic' for '--stale-after <TIME>': expected a time such as 90s, 15m or 72h, or `auto`");
}

/// What is explained, and what the doctor takes for close to its threshold.
#[test]
fn questions_go_by_what_is_in_force() {
    let place = queue();
    let explained: Value =
        serde_json::from_str(&auto(&place, &["explain", "slow"]).run().exits(0).stdout).unwrap();
    crate::world::check_explanation(&explained);
    assert_eq!(explained["tasks"][0]["verdict"], "healthy");
    assert_eq!(explained["tasks"][0]["threshold"]["because"], "bound");
    let diagnosis: Value = serde_json::from_str(&auto(&place, &["doctor"]).run().exits(0).stdout).unwrap();
    assert_eq!(
        (&diagnosis["healthy"], &diagnosis["zombies"]),
        (&1.into(), &1.into())
    );
    let text = auto(&place, &["explain", "slow", "--format", "text"])
        .run()
        .exits(0)
        .stdout;
    assert!(text.contains("How long silence is borne"), "{text}");
    let text = auto(&place, &["--dry-run", "--format", "text"])
        .run()
        .exits(0)
        .stdout;
    assert!(text.contains("recurring") && text.contains("bound"), "{text}");
}

/// Where only starts show, who says no time has said nothing: whoever takes longer than the default would lose his task
/// before anything is learned.
#[test]
fn queue_of_starts_alone_wants_a_time() {
    let queue = "DROP TABLE task_runs; DROP TABLE task_events; DROP TABLE workspaces; DROP TABLE tasks;
                 CREATE TABLE tasks (id INTEGER PRIMARY KEY, status TEXT, started_at TEXT);";
    let place = Place::queue(|world| world.sql(queue));
    let profile = place.write(
        "queue.toml",
        "runs.table = ''\nevents.table = ''\nworkspaces.table = ''\nprojects.table = ''",
    );
    auto(&place, &["--profile", profile.to_str().unwrap()])
        .run()
        .exits(2);
}

/// Sweep after sweep the runs at work are followed, and what looks saw of one counts once it has ended.
#[test]
fn beats_are_followed_from_sweep_to_sweep() {
    let place = Place::queue(|world| world.alive("t1"));
    let scope = Scope::new(&place.db(), None);
    let seen = || {
        let ledger = Ledger::open_own(&place.file("state/ledger.db")).unwrap();
        let followed = ledger.followed(&scope.database).unwrap();
        followed.get(&"r-t1".into()).unwrap().clone()
    };
    auto(&place, &[]).run().summary();
    let first = seen();
    assert_eq!(first.gap, None);
    let beat = "UPDATE task_runs SET last_heartbeat = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
    place.connect().execute_batch(beat).unwrap();
    auto(&place, &[]).run().summary();
    let then = seen();
    assert_eq!((then.first, then.gap.unwrap().from), (first.first, first.last));
    assert_eq!(then.gap.unwrap().to, then.last);
}
