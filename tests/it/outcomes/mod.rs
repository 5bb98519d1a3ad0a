//! What became of the reaps, together.

mod contested;
mod groups;
mod horizon;
mod precision;
mod shapes;
mod suggest;
mod sweeps;

use chrono::TimeDelta;
use zombie_sweeper::inspect::{Outcomes, OutcomesOptions, ReapsAlike};

use crate::world::{NOW, World};

/// Two days after the sweep: the horizon of its reaps is over.
fn later() -> OutcomesOptions {
    OutcomesOptions::at(NOW + TimeDelta::days(2))
}

/// A task whose run fell silent, and was reaped for it.
fn reaped() -> World {
    let mut world = World::new().running("t1").run("r1").heartbeat("16m ago");
    assert_eq!(world.sweep().reaps.len(), 1);
    world
}

/// What is said of the only group.
#[track_caller]
fn only(outcomes: &Outcomes) -> &ReapsAlike {
    assert_eq!(outcomes.groups.len(), 1, "{outcomes:#?}");
    &outcomes.groups[0]
}

/// How many reaps of the only group are contested, unchallenged and untold.
#[track_caller]
fn silence(world: &World) -> [usize; 3] {
    let outcomes = world.outcomes(&later());
    let silence = only(&outcomes).silence.as_ref().unwrap();
    [silence.contested, silence.unchallenged, silence.untold]
}

const CONTESTED: [usize; 3] = [1, 0, 0];
const UNCHALLENGED: [usize; 3] = [0, 1, 0];
const UNTOLD: [usize; 3] = [0, 0, 1];
