//! A profile file: other names and words, as data.

mod condition;
mod examples;
mod findings;
mod jobs;
mod overrides;
mod refused;
mod roles;
mod shipped;
mod swept;
mod words;

use crate::world::World;

fn one_zombie(profile: &str) -> World {
    World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .profile(profile)
}
