//! Reaps are counted by project, kind and reason.

use std::time::Duration;

use super::{later, only};
use crate::world::World;

fn fleet() -> World {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .running("t2")
        .run("r2")
        .heartbeat("17m ago")
        .running("t3")
        .recurring()
        .run("r3")
        .heartbeat("16m ago")
        .project("Orion")
        .running("t4")
        .run("r4")
        .status("failed")
        .ended("1m ago");
    assert_eq!(world.sweep().reaps.len(), 4);
    world
}

/// Each group and how many reaps it has.
fn groups(outcomes: &zombie_sweeper::inspect::Outcomes) -> Vec<String> {
    let name = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let groups = outcomes.groups.iter();
    groups
        .map(|group| {
            let [project, kind, reason] = [&group.project, &group.kind, &group.reason].map(name);
            format!("{project} {kind} {reason}: {}", group.reaps)
        })
        .collect()
}

#[test]
fn each_has_a_line() {
    let outcomes = fleet().outcomes(&later());
    assert_eq!(
        groups(&outcomes),
        [
            "Orion one_shot run_failed: 1",
            "SciDEX one_shot stale_heartbeat: 2",
            "SciDEX recurring stale_heartbeat: 1",
        ]
    );
    assert_eq!((outcomes.total, outcomes.told), (4, 4));
}

#[test]
fn filters_narrow_them_down() {
    let world = fleet();
    let orion = world.outcomes(&later().project("Orion"));
    assert_eq!(groups(&orion), ["Orion one_shot run_failed: 1"]);
    let silent = world.outcomes(&later().reason("stale_heartbeat"));
    assert_eq!(silent.total, 3);
    let recent = world.outcomes(&later().since(Duration::from_secs(86_400)));
    assert_eq!(recent.total, 0);
}

#[test]
fn task_that_is_gone_has_neither_project_nor_kind() {
    let world = fleet().sql("PRAGMA foreign_keys = OFF; DELETE FROM tasks WHERE id IN ('t1', 't2', 't3')");
    let outcomes = world.outcomes(&later().reason("stale_heartbeat"));
    let group = only(&outcomes);
    assert_eq!((&group.project, &group.kind, group.reaps), (&None, &None, 3));
}
