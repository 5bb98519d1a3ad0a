//! `zombie-sweeper unpark TASK`.

use super::place::Place;
use crate::world::World;

#[test]
fn parked_task_is_opened_again() {
    let place = Place::queue(|world| among_the_living(world.zombie("killer").zombie("t2")));
    drop(
        place
            .sweeper(&["--park-after", "1", "--task", "killer"])
            .run()
            .exits(0),
    );
    let why = place.sweeper(&["unpark", "t2"]).run().exits(1).stderr;
    assert!(why.contains("task t2 cannot be unparked"), "{why}");
    let why = place.sweeper(&["unpark", "kiler"]).run().exits(2).stderr;
    assert!(why.contains("\"killer\""), "{why}");
    let said = place
        .sweeper(&["unpark", "killer", "--format", "text"])
        .run()
        .exits(0)
        .stdout;
    assert!(
        said.starts_with("killer is open again. It was blocked since 2"),
        "{said}"
    );
}

/// Where more than half had died, it would be the fleet, and none is parked.
pub(crate) fn among_the_living(world: World) -> World {
    ["alive-a", "alive-b"].into_iter().fold(world, |world, name| {
        let world = world.running(name).run(name);
        world.set("last_heartbeat", "2099-01-01T00:00:00Z")
    })
}
