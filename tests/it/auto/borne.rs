//! Who is reaped, and who is not any more.

use zombie_sweeper::inspect::{Begun, CAP, Recalled, Recollection, learn};
use zombie_sweeper::report::ZombieFound;
use zombie_sweeper::zombie::{Because, Learned};
use zombie_sweeper::{SweepOptions, SweepReport};

use super::{ENOUGH, QUICK, SLOW, labels, minutes};
use crate::world::{NOW, World, reasons};

/// A kind whose runs are silent for 20 minutes when they are well, and one of which nothing is known.
fn queue() -> World {
    World::new()
        .past_runs(SLOW, ENOUGH, 20)
        .at_work("slow", SLOW, "25m ago")
        .at_work("quick", QUICK, "25m ago")
}

#[test]
fn slow_kind_keeps_its_tasks_and_another_loses_them() {
    let world = queue();
    let learned = world.learned();
    assert_eq!(learned.of(&labels(SLOW)), minutes(40), "twice what is borne out");
    assert_eq!(learned.of(&labels(QUICK)), minutes(15), "the default");
    let (_, report) = world.sweep_by(learned);
    assert_eq!(reasons(&report), ["quick: stale_heartbeat"]);
    assert_eq!(report.healthy, 1);
}

#[test]
fn beyond_what_was_learned_it_is_reaped_and_the_record_says_what_was_borne() {
    let world = World::new()
        .past_runs(SLOW, ENOUGH, 20)
        .at_work("slow", SLOW, "41m ago")
        .options(|options| options.evidence(true).remember(true));
    let learned = world.learned();
    let (world, report) = world.sweep_by(learned);
    assert_eq!(reasons(&report), ["slow: stale_heartbeat"]);
    let found: &ZombieFound = &report.zombies.as_ref().unwrap()[0];
    assert_eq!(serde_json::json!(found.threshold_s), 2400.0);
    assert_eq!(report.remembered().unwrap().reaps[0].threshold, minutes(40));
    let payload = world.payload();
    assert_eq!(payload["threshold_s"], 2400.0);
    assert_eq!(payload["learned"], true);
}

#[test]
fn reap_by_the_default_says_nothing_of_learning() {
    let mut world = World::new().at_work("t1", QUICK, "25m ago");
    assert_eq!(world.sweep().reaps.len(), 1);
    assert_eq!(world.payload().get("learned"), None);
}

/// A claim has the grace that a run has, unless it has its own.
#[test]
fn grace_of_a_claim_follows() {
    let claimed = |options: fn(SweepOptions) -> SweepOptions| {
        let world = World::new().past_runs(SLOW, ENOUGH, 20);
        let claim = world.running("claim").set("task_type", SLOW);
        let world = claim.started("25m ago").updated("25m ago").options(options);
        let learned = world.learned();
        world.sweep_by(learned).1.reaps.len()
    };
    assert_eq!(claimed(|options| options), 0);
    let of_its_own = |options: SweepOptions| {
        options.policy(zombie_sweeper::Policy {
            claim_grace: Some(minutes(10)),
            ..zombie_sweeper::Policy::default()
        })
    };
    assert_eq!(claimed(of_its_own), 1);
}

/// Runs that are never silent for long ask for less than the default, and do not get it.
#[test]
fn never_less_than_the_default() {
    let world = World::new()
        .past_runs(QUICK, ENOUGH, 1)
        .at_work("t1", QUICK, "14m ago");
    let learned = world.learned();
    let of = learned.get(&labels(QUICK)).unwrap();
    assert_eq!((of.stale_after, of.because), (minutes(15), Because::Default));
    assert!(of.bound.bound.is_some());
    assert_eq!(world.sweep_by(learned).1.healthy, 1);
}

#[test]
fn too_few_runs_teach_nothing() {
    let learned = World::new().past_runs(SLOW, 298, 20).learned();
    let of = learned.get(&labels(SLOW)).unwrap();
    assert_eq!((of.stale_after, of.bound.missing), (minutes(15), 1));
    let learned = World::new().past_runs(SLOW, 299, 20).learned();
    assert_eq!(learned.of(&labels(SLOW)), minutes(40));
}

/// What was in force stays while nothing speaks against it.
#[test]
fn what_was_in_force_is_kept_where_evidence_has_become_thin() {
    let mut known = Recollection::default();
    known.begun = Begun::Learning;
    known.in_force = [(labels(SLOW), minutes(40))].into();
    let learned = World::new().past_runs(SLOW, 30, 20).learned_from(known);
    let of = learned.get(&labels(SLOW)).unwrap();
    assert_eq!((of.stale_after, of.because), (minutes(40), Because::Kept));
}

#[test]
fn same_data_give_the_same() {
    assert_eq!(queue().learned(), queue().learned());
}

/// The same of each: what a dry run foretells, what is explained, and what is done.
#[test]
fn dry_run_and_explanation_agree_with_the_sweep() {
    for silence in [
        "14m ago",
        "16m ago",
        "39m ago",
        "40.001m ago",
        "41m ago",
        "3h ago",
    ] {
        let mut told: Option<Vec<String>> = None;
        let silence = silence.replace("40.001m", "2400.001s");
        let world = || {
            World::new()
                .past_runs(SLOW, ENOUGH, 20)
                .at_work("slow", SLOW, &silence)
                .at_work("quick", QUICK, &silence)
        };
        let learned = world().learned();
        let bear = |world: World, learned: Learned| world.options(|options| options.learned(learned.into()));
        let mut dry = bear(world(), learned.clone());
        let foretold: SweepReport = dry.dry_run();
        let explained: Vec<_> = ["quick", "slow"]
            .iter()
            .filter(|id| dry.explain(id).verdict == Some("zombie"))
            .map(|id| format!("{id}: stale_heartbeat"))
            .collect();
        let (_, swept) = world().sweep_by(learned);
        for list in [reasons(&foretold), explained, reasons(&swept)] {
            assert_eq!(*told.get_or_insert_with(|| list.clone()), list, "{silence}");
        }
    }
}

#[test]
fn explanation_says_which_threshold_and_why() {
    let world = queue();
    let learned = world.learned();
    let world = world.options(|options| options.learned(learned.into()));
    let slow = world.explain("slow");
    let threshold = slow.threshold.unwrap();
    assert_eq!((threshold.stale_after_s, threshold.because), (2400.0, "bound"));
    insta::assert_snapshot!(threshold.says, @"40 min are borne, twice what was learned: with 95 % confidence at most 1 of 100 such runs is silent for longer than 20 min, by 320 that ended by themselves");
    assert_eq!(
        slow.zombie_at.unwrap(),
        zombie_sweeper::zombie::Timestamp::from(NOW + chrono::TimeDelta::minutes(15))
            .plus(std::time::Duration::from_micros(1))
            .to_rfc3339()
    );
    insta::assert_snapshot!(world.explain("quick").threshold.unwrap().says, @"15 min are borne, the default: too few such runs are known to learn from");
    assert!(queue().explain("slow").threshold.is_none(), "nobody asked for it");
}

/// The living keep a threshold where it is; the bound that is shown is the one it is twice of.
#[test]
fn bound_that_is_shown_is_the_one_it_is_made_of() {
    let says = |in_force: u64| {
        let world = World::new()
            .past_runs(SLOW, ENOUGH, 20)
            .at_work("t1", SLOW, "25m ago");
        let mut known = Recollection::default();
        known.begun = Begun::Learning;
        known.in_force = [(labels(SLOW), minutes(in_force))].into();
        let learned = world.learned_from(known);
        let of = learned.get(&labels(SLOW)).unwrap();
        assert!(of.bound.bound > of.bound.without_living, "{:?}", of.bound);
        let world = world.options(|options| options.learned(learned.into()));
        world.explain("t1").threshold.unwrap().says
    };
    let twice = says(30);
    assert!(
        twice.starts_with("40 min are borne, twice what was learned") && twice.contains("than 20 min"),
        "{twice}"
    );
    let held = says(45);
    assert!(
        held.starts_with("45 min are borne, held at") && held.contains("than 20 min"),
        "{held}"
    );
    assert!(held.ends_with("with those at work it is 25 min"), "{held}");
}

/// What cannot be read might have said anything.
#[test]
fn without_its_evidence_it_bears_the_most() {
    let world = queue();
    let recalled = Recalled::Unread("others may write it".to_owned());
    let learned = learn(&world.conn, &SweepOptions::at(NOW), &recalled).unwrap();
    assert_eq!(learned.of(&labels(QUICK)), CAP);
    let (_, report) = world.sweep_by(learned);
    assert_eq!(report.reaps.len(), 0);
    assert!(
        report.warnings[0].contains("others may write it"),
        "{:?}",
        report.warnings
    );
}

#[test]
fn gathered_anew_it_bears_the_most_until_there_is_a_bound() {
    let slow = || World::new().past_runs(SLOW, ENOUGH, 20);
    let world = slow().past_runs(QUICK, 200, 1);
    let mut known = Recollection::default();
    known.begun = Begun::Lost("it was damaged".to_owned());
    let learned = world.learned_from(known.clone());
    assert_eq!(
        learned.of(&labels(SLOW)),
        minutes(40),
        "there are enough of these"
    );
    assert_eq!(learned.of(&labels(QUICK)), CAP);
    assert_eq!(learned.get(&labels(QUICK)).unwrap().because, Because::Cap);
    let world = slow().past_runs(QUICK, ENOUGH, 1);
    assert_eq!(world.learned_from(known).of(&labels(QUICK)), minutes(15));
}
