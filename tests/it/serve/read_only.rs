//! A server that never writes, and the variable by which a sweep never does.

use super::client::{get, post};
use super::place::Served;
use crate::cli::place::Place;

const DRY: &str = "ZOMBIE_SWEEPER_DRY_RUN";

#[test]
fn a_variable_that_lets_nobody_write_agrees_with_it() {
    let place = Place::queue(|world| world.zombie("t1"));
    let asked = place.server(&["--read-only", "--listen", "127.0.0.1:0"]);
    let served = Served::of(asked.env(DRY, "true").start(), &place);
    served.ask(&get("/v1/plan").bearer(&served.token("read"))).is(200);
    served
        .ask(&post("/v1/sweeps", "{}").bearer(&served.token("write")))
        .is(403);
    served.stop().exits(0);
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
    let model = place.sweeper(&["mcp", "--read-only"]).env(DRY, "true");
    model.run().exits(0);
}

#[test]
fn it_is_what_the_variable_asks_for() {
    let place = Place::queue(|world| world.zombie("t1"));
    let may_write = [
        place.server(&[]),
        place.server(&["--no-watch"]),
        place.sweeper(&["mcp"]),
    ];
    for program in may_write {
        let ran = program.env(DRY, "true").run().exits(2);
        assert!(ran.stderr.contains("--read-only"), "{}", ran.stderr);
    }
    let ran = place.sweeper(&["watch"]).env(DRY, "true").run().exits(2);
    assert!(!ran.stderr.contains("--read-only"), "{}", ran.stderr);
}
