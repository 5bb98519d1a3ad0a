//! The living that have been silent for longest, as a dry run lists them where it is asked to.

use std::time::Duration;

use chrono::{DateTime, Utc};
use zombie_sweeper::report::LivingTask;
use zombie_sweeper::{SweepReport, zombie::Reason};

use crate::world::{World, moment, zombies};

/// Tasks, each alive by a heartbeat of its run.
fn alive(world: World, beats: &[(&str, &str)]) -> World {
    beats.iter().fold(world, |world, (task, beat)| {
        world.running(task).run(format!("r-{task}")).heartbeat(beat)
    })
}

fn listed(mut world: World, most: usize) -> SweepReport {
    world = world.options(|options| options.living(most));
    world.dry_run()
}

fn ids(report: &SweepReport) -> Vec<String> {
    let living = report.living.iter().flatten();
    living.map(|task| task.task_id.to_string()).collect()
}

/// The only one.
fn only(world: World) -> LivingTask {
    let mut living = listed(world, 9).living.unwrap();
    assert_eq!(living.len(), 1);
    living.remove(0)
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn longest_silence_comes_first_and_no_zombie_is_among_them() {
    let beats = [
        ("a", "1m ago"),
        ("b", "14m ago"),
        ("c", "5m ago"),
        ("d", "16m ago"),
    ];
    let report = listed(alive(World::new(), &beats), 9);
    assert_eq!(ids(&report), ["b", "c", "a"]);
    assert_eq!(report.living_left, 0);
}

#[test]
fn each_says_what_it_has_shown_and_what_becomes_of_it() {
    let found = only(alive(World::new(), &[("a", "14m ago")]));
    assert_eq!(found.project.as_deref(), Some("SciDEX"));
    assert_eq!(found.run_id.unwrap().to_string(), "r-a");
    assert_eq!(time(&found.sign_of_life.unwrap()), time(&moment("14m ago")));
    let seconds = [found.age_s.unwrap(), found.threshold_s].map(Duration::from_secs_f64);
    assert_eq!(seconds, [Duration::from_mins(14), Duration::from_mins(15)]);
    let strictly_older = Duration::from_micros(1);
    assert_eq!(
        time(&found.zombie_at.unwrap()),
        time(&moment("in 1m")) + strictly_older
    );
    assert_eq!(found.reason, Some(Reason::StaleHeartbeat));
}

#[test]
fn no_more_are_listed_than_asked_for_and_the_others_counted() {
    let beats: Vec<_> = (0..20)
        .map(|n| (format!("t{n}"), format!("{}s ago", n * 7 % 20)))
        .collect();
    let beats: Vec<_> = beats.iter().map(|(task, beat)| (&**task, &**beat)).collect();
    let all = ids(&listed(alive(World::new(), &beats), 20));
    for most in [0, 1, 7, 19] {
        let report = listed(alive(World::new(), &beats), most);
        assert_eq!(ids(&report), all[..most], "{most}");
        assert_eq!(report.living_left, 20 - most);
    }
}

#[test]
fn nobody_asks_and_nothing_is_said() {
    let mut world = alive(World::new(), &[("a", "1m ago")]);
    let silent = |report: &SweepReport| serde_json::to_value(report).unwrap().get("living").is_none();
    assert!(silent(&world.dry_run()));
    let mut world = world.options(|options| options.living(9));
    assert!(silent(&world.sweep()), "a sweep lists nobody");
    assert!(!silent(&world.dry_run()));
}

/// Whoever lists the living finds what is found without.
#[test]
fn nothing_else_of_the_report_changes() {
    let world = alive(zombies(3), &[("a", "1m ago"), ("b", "14m ago")]);
    let mut world = world
        .running("dark")
        .run("d")
        .set("last_heartbeat", "when?")
        .running("claim")
        .started("5m ago")
        .running("odd")
        .run("o")
        .status("resting")
        .heartbeat("2m ago");
    let told = |mut report: SweepReport| {
        (report.living, report.living_left, report.duration_ms) = (None, 0, 0);
        serde_json::to_value(&report).unwrap()
    };
    let without = told(world.dry_run());
    assert_eq!(told(listed(world, 2)), without);
}

#[test]
fn they_are_found_whatever_keeps_them_alive_and_explain_says_the_same() {
    let stories: [(&str, World); 8] = [
        ("a claim", World::new().running("t").started("10m ago")),
        (
            "a lease alone",
            World::new().running("t").started("1h ago").lease("in 5m"),
        ),
        (
            "a lease of a run",
            World::new()
                .running("t")
                .lease("in 5m")
                .run("r")
                .started("1h ago"),
        ),
        (
            "another run",
            alive(World::new(), &[("t", "20m ago")])
                .other_run("r2")
                .heartbeat("3m ago"),
        ),
        (
            "both runs",
            alive(World::new(), &[("t", "10m ago")])
                .other_run("r2")
                .heartbeat("3m ago"),
        ),
        (
            "the task's own heartbeat",
            World::new()
                .running("t")
                .heartbeat("2m ago")
                .run("r")
                .heartbeat("14m ago"),
        ),
        (
            "a run that settles",
            alive(World::new(), &[("t", "10m ago")])
                .status("failed")
                .ended("1m ago")
                .options(|options| {
                    options.policy(zombie_sweeper::Policy {
                        settle: Duration::from_mins(5),
                        ..Default::default()
                    })
                }),
        ),
        ("a beat from ahead", alive(World::new(), &[("t", "in 2m")])),
    ];
    for (story, world) in stories {
        let explained = world.explain("t");
        let found = only(world);
        assert_eq!(found.zombie_at, explained.zombie_at, "{story}");
        assert!(found.zombie_at.is_some(), "{story}");
    }
}

#[test]
fn the_newest_sign_counts_whoever_has_shown_it() {
    let found = |world: World| Duration::from_secs_f64(only(world).age_s.unwrap());
    let run = || alive(World::new(), &[("t", "14m ago")]);
    assert_eq!(
        found(run().other_run("r2").heartbeat("3m ago")),
        Duration::from_mins(3)
    );
    let task = World::new().running("t").heartbeat("2m ago").run("r");
    assert_eq!(found(task.heartbeat("14m ago")), Duration::from_mins(2));
    // However few are asked for: it is not taken for one that has been silent for longer.
    let world = alive(run().other_run("r2").heartbeat("3m ago"), &[("u", "9m ago")]);
    assert_eq!(ids(&listed(world, 1)), ["u"]);
}

#[test]
fn one_that_shows_nothing_comes_last() {
    let jobs = format!(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT, beat_at TEXT, until TEXT);
         INSERT INTO jobs VALUES ('mute', 'running', NULL, '{}'), ('a', 'running', '{}', NULL)",
        moment("in 5m"),
        moment("1m ago")
    );
    let world = World::foreign(&jobs).profile(
        "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
         [tasks]\ntable = 'jobs'\nclear = []\n\
         [tasks.columns]\nstatus = 'state'\nheartbeat = 'beat_at'\nlease = 'until'\nstarted = []\nupdated = []\n",
    );
    let report = listed(world, 9);
    assert_eq!(ids(&report), ["a", "mute"]);
    let living = report.living.unwrap();
    assert_eq!((&living[1].sign_of_life, living[1].age_s), (&None, None));
    assert_eq!(living[1].reason, Some(Reason::LeaseExpired));
    assert_eq!(living[0].project, None);
}

#[test]
fn ids_stand_in_full() {
    let long = "é".repeat(100_000);
    assert_eq!(ids(&listed(alive(World::new(), &[(&long, "1m ago")]), 1)), [long]);
}
