//! `zombie-sweeper unpark TASK`.

use super::place::Place;

#[test]
fn parked_task_is_opened_again() {
    let place = Place::queue(|world| {
        world
            .zombie("killer")
            .zombie("t2")
            .running("alive")
            .run("r1")
            .set("last_heartbeat", "2099-01-01T00:00:00Z")
    });
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
