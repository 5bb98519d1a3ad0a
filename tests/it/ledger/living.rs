//! The ages of the last signs of life of the living.

use std::time::Duration;

use zombie_sweeper::SweepOptions;
use zombie_sweeper::ledger::PastLiving;
use zombie_sweeper::zombie::{Ages, Timestamp};

use super::{Book, scope};
use crate::world::{NOW, World};

/// Project, kind, how many ages below each power of two seconds, the largest in seconds, and how many have none.
type Seen = (Option<String>, Option<String>, Vec<u64>, u64, u64);

fn seen(living: &PastLiving) -> Seen {
    let label = |label: &Option<std::sync::Arc<str>>| label.as_deref().map(str::to_owned);
    let (labels, ages) = (&living.labels, &living.ages);
    (
        label(&labels.project),
        label(&labels.kind),
        ages.counts().to_vec(),
        ages.largest().as_secs(),
        ages.without(),
    )
}

#[track_caller]
fn living(world: World) -> Vec<Seen> {
    let book = Book::new();
    let (_, report) = book.sweep(0, world);
    let living = book.read().living(&scope().database, Timestamp::EPOCH).unwrap();
    let seen: Vec<_> = living.iter().map(seen).collect();
    let counted: u64 = seen
        .iter()
        .map(|(.., counts, _, without)| counts.iter().sum::<u64>() + without)
        .sum();
    assert_eq!(
        counted, report.healthy as u64,
        "each of the living, and nobody else"
    );
    seen
}

fn group(project: &str, kind: &str, counts: &[u64], largest_s: u64, without: u64) -> Seen {
    let (project, kind) = (Some(project.to_owned()), Some(kind.to_owned()));
    (project, kind, counts.to_vec(), largest_s, without)
}

#[test]
fn by_project_and_kind() {
    let world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("3s ago")
        .running("t2")
        .run("r2")
        .heartbeat("0.5s ago")
        .running("t3")
        .recurring()
        .run("r3")
        .heartbeat("40s ago")
        .project("other")
        .running("t4")
        .run("r4")
        .heartbeat("5s ago");
    assert_eq!(
        living(world),
        [
            group("SciDEX", "one_shot", &[1, 0, 1], 3, 0),
            group("SciDEX", "recurring", &[0, 0, 0, 0, 0, 0, 1], 40, 0),
            group("other", "one_shot", &[0, 0, 0, 1], 5, 0),
        ]
    );
}

/// By a closer look: the start of a run, the task's own heartbeat, a claim.
#[test]
fn by_whichever_sign_is_the_newest() {
    let by_start = World::new().running("t1").run("r1").started("4s ago");
    assert_eq!(living(by_start)[0].3, 4);
    let by_task = World::new().running("t1").heartbeat("6s ago").run("r1");
    assert_eq!(living(by_task)[0].3, 6);
    let claim = World::new().running("t1").started("9s ago").updated("7s ago");
    assert_eq!(living(claim)[0].3, 7);
}

/// Another run proves it live, and says how long ago.
#[test]
fn of_a_run_that_the_task_does_not_name() {
    let world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("2h ago")
        .other_run("r2")
        .heartbeat("11s ago");
    assert_eq!(living(world)[0].3, 11);
}

/// A lease of an hour says nothing of how often anybody beats.
#[test]
fn one_that_only_a_lease_keeps_alive_has_no_age() {
    let world = World::new().running("t1").lease("in 5m").run("r1");
    assert_eq!(living(world), [group("SciDEX", "one_shot", &[], 0, 1)]);
}

#[test]
fn queue_without_project_and_kind() {
    let queue = "CREATE TABLE tasks (id INTEGER PRIMARY KEY, status TEXT, heartbeat TEXT)";
    let beat = NOW.format("%Y-%m-%d %H:%M:%S");
    let world = World::foreign(queue).sql(&format!("INSERT INTO tasks VALUES (1, 'running', '{beat}')"));
    let mut world = world
        .profile("runs.table = ''\nevents.table = ''\nworkspaces.table = ''")
        .options(|options| options.remember(true));
    let report = world.sweep();
    let living: Vec<_> = report.remembered().unwrap().living.iter().collect();
    assert_eq!(living[0].0, &zombie_sweeper::zombie::Labels::default());
    assert_eq!(living[0].1.count(), 1);
}

/// However many projects there are, a sweep keeps few rows, and counts everybody.
#[test]
fn too_many_projects_are_counted_together() {
    let world = (0..100).fold(World::new(), |world, n| {
        world
            .project(&format!("x{n}"))
            .running(format!("t{n}"))
            .run(format!("r{n}"))
            .heartbeat("3s ago")
    });
    let book = Book::new();
    book.sweep(0, world);
    let living = book.read().living(&scope().database, Timestamp::EPOCH).unwrap();
    assert!(living.len() < 100, "{}", living.len());
    assert_eq!(living.iter().map(|living| living.ages.count()).sum::<u64>(), 100);
    let kept = living.iter().filter(|living| living.others == 0).count() as u64;
    let others: u64 = living.iter().map(|living| living.others).sum();
    assert_eq!(kept + others, 100);
}

/// A page of zombies at a time: the living are counted once all the same.
#[test]
fn counted_once_however_the_zombies_are_batched() {
    let mut world = crate::world::zombies(3)
        .running("t9")
        .run("r9")
        .heartbeat("3s ago")
        .options(|_| {
            SweepOptions::at(NOW)
                .remember(true)
                .batch_size(std::num::NonZeroUsize::MIN)
        });
    let report = world.sweep();
    let living = &report.remembered().unwrap().living;
    assert_eq!(living.iter().map(|(_, ages)| ages.count()).sum::<u64>(), 1);
}

#[test]
fn buckets_double() {
    let mut ages = Ages::default();
    for seconds in [0, 1, 2, 3, 4, 7, 8] {
        ages.add(Duration::from_secs(seconds));
    }
    assert_eq!(ages.counts(), [1, 1, 2, 2, 1]);
    for (bucket, below) in [(0, 1), (1, 2), (4, 16)] {
        assert_eq!(Ages::below(bucket), Duration::from_secs(below));
    }
    ages.add(Duration::MAX);
    assert_eq!(ages.count(), 8);
}
