//! What is wrong with a queue: each finding, made to appear, and a queue with none.

mod clocks;
mod files;
mod holdings;
mod schedule;
mod schema;
mod tasks;
mod thresholds;

use std::path::Path;

use zombie_sweeper::Profile;
use zombie_sweeper::inspect::Code;

use crate::world::{World, codes, zombies};

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_finding_is_explained() {
    let page = read("docs/running.md");
    let (_, table) = page.split_once("\n### Every finding\n").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let shown: Vec<_> = table
        .lines()
        .filter_map(|row| row.strip_prefix("| `")?.split_once(" |"))
        .map(|(code, rest)| {
            let severity = rest.split('|').next().unwrap().trim();
            (code.trim_end_matches('`').to_owned(), severity.to_owned())
        })
        .collect();
    let known = Code::ALL
        .iter()
        .map(|code| (code.to_string(), code.severity().to_string()));
    assert_eq!(shown, known.collect::<Vec<_>>());
}

/// Each has a test that makes it appear, here or with real files.
#[test]
fn every_finding_is_tested() {
    let mut tests = String::new();
    for folder in ["tests/it/doctor", "tests/it/cli/doctor"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(folder).unwrap() {
            tests += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
        }
    }
    for code in Code::ALL {
        let is_made_to_appear = ["notice", "warning", "error"]
            .iter()
            .any(|severity| tests.contains(&format!("\"{severity} {code}\"")));
        assert!(is_made_to_appear, "{code}");
    }
}

#[test]
fn healthy_queue_has_nothing() {
    let diagnosis = World::healthy().doctor();
    assert_eq!(codes(&diagnosis), Vec::<String>::new());
    assert_eq!(diagnosis.worst, None);
    let figures = (
        diagnosis.scanned,
        diagnosis.healthy,
        diagnosis.zombies,
        diagnosis.undecided,
    );
    assert_eq!(figures, (2, 2, 0, 0));
}

/// What it says of the running tasks is what a dry run does, whatever the shape of the queue.
#[test]
fn running_tasks_are_judged_as_a_sweep_does() {
    let profiles = Profile::shipped().map(|(name, _)| name);
    let shapes: Vec<_> = profiles.filter(|name| *name != "orchestra").collect();
    assert!(shapes.len() > 8, "{shapes:?}");
    let foreign = shapes.iter().map(|name| {
        let profile = Profile::named(name).unwrap();
        World::foreign(&read(&format!("tests/it/shapes/{name}.sql")))
            .options(|options| options.profile(profile))
    });
    let undecided = World::healthy()
        .running("t5")
        .run("r5")
        .set("last_heartbeat", "soon")
        .set("started_at", "soon");
    let ours = [zombies(7), undecided, World::healthy()];
    let mut running = 0;
    for mut world in foreign.chain(ours) {
        let diagnosis = world.doctor();
        let report = world.dry_run();
        assert_eq!(
            (
                diagnosis.scanned,
                diagnosis.healthy,
                diagnosis.zombies,
                diagnosis.undecided
            ),
            (
                report.scanned,
                report.healthy,
                report.reaps.len(),
                report.undecided.len()
            ),
            "{diagnosis:?}"
        );
        running += report.scanned;
    }
    assert!(running > 30, "{running}");
}

/// What a sweep leaves behind is nothing that is wrong.
#[test]
fn swept_queue_has_nothing() {
    let mut world = World::healthy()
        .running("t5")
        .run("r5")
        .heartbeat("16m ago")
        .workspace("w5")
        .set("task_id", "t5");
    assert_eq!(
        codes(&world.doctor()),
        ["error held_twice", "error held_twice", "notice zombies"]
    );
    world.sweep();
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

#[test]
fn worst_comes_first() {
    let world = World::healthy()
        .running("t5")
        .run("r5")
        .set("last_heartbeat", "soon")
        .set("started_at", "soon");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis).first().unwrap(), "error held_twice");
    assert!(diagnosis.findings.is_sorted_by(|a, b| a.severity >= b.severity));
}
