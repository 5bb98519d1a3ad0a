//! How it lives and ends.

use std::io::{BufRead as _, Read as _, Write as _};
use std::time::{Duration, Instant};

use super::client::{get, post};
use crate::cli::place::Place;
use crate::cli::signals::{long_sweep, wait_until};

/// On a machine at its limit. Who waits for clients to leave takes for ever.
const PROMPTLY: Duration = Duration::from_secs(10);

#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes to end is what is asked"
)]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn it_watches_and_answers() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve(&[]);
    wait_until("the watch has reaped", || {
        place.world().value("tasks.status", "t1") == "open"
    });
    served.ask(&get("/v1/plan").bearer(&served.token("read"))).is(200);
    let ended = served.stop().exits(0);
    assert!(ended.stdout.contains(r#""task_ids":["t1"]"#), "{}", ended.stdout);
}

#[test]
fn nothing_is_written_unless_somebody_asks_where_nobody_watches() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.answer(&[]);
    let plan = served.ask(&get("/v1/plan").bearer(&served.token("read"))).is(200);
    assert!(plan.body.contains(r#""reaped":1"#), "{}", plan.body);
    served
        .ask(&post("/v1/sweeps", "{}").bearer(&served.token("write")))
        .is(200);
    assert_eq!(place.world().value("tasks.status", "t1"), "open");
    let ended = served.stop().exits(0);
    assert!(ended.stdout.contains(r#""task_ids":["t1"]"#), "{}", ended.stdout);
}

#[test]
fn nothing_is_ever_written_where_it_only_reads() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve(&["--read-only"]);
    let refused = served.ask(&post("/v1/sweeps", "{}").bearer(&served.token("write")));
    assert_eq!(refused.is(403).head.matches("problem+json").count(), 1);
    served.ask(&get("/v1/plan").bearer(&served.token("read"))).is(200);
    served.stop().exits(0);
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn whoever_is_connected_does_not_keep_it() {
    for signal in ["TERM", "INT"] {
        let place = Place::queue(|world| world);
        let served = place.serve(&[]);
        let _silent = served.address.connect();
        let mut idle = served.address.connect();
        let request = get("/livez");
        idle.write_all(
            get("/v1/plan")
                .bearer(&served.token("read"))
                .bytes(&[])
                .as_bytes(),
        )
        .unwrap();
        let mut first = [0; 12];
        idle.read_exact(&mut first).unwrap();
        let mut half = served.address.connect();
        half.write_all(&request.bytes(&[]).as_bytes()[..20]).unwrap();
        let mut body = served.address.connect();
        let head = post("/v1/plans", "")
            .bearer(&served.token("write"))
            .without("Content-Length");
        let head = head
            .bytes(&[])
            .replace("Content-Length: 0", "Content-Length: 100");
        body.write_all(head.as_bytes()).unwrap();
        let mut model = served.address.connect();
        model
            .write_all(opens_a_stream(&served.token("mcp")).as_bytes())
            .unwrap();
        model.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        let sent = now();
        crate::cli::signals::send(signal, &served.child);
        let ended = served.ended().exits(0);
        assert!(sent.elapsed() < PROMPTLY, "{:?}", sent.elapsed());
        assert_eq!(ended.stderr, "");
    }
}

/// An answer that comes piece by piece.
fn opens_a_stream(token: &str) -> String {
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
        "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
    let request = post("/mcp", initialize).bearer(token);
    request
        .with("Accept", "application/json, text/event-stream")
        .bytes(&[])
}

#[test]
fn a_sweep_in_its_midst_is_whole_or_not_at_all() {
    let place = long_sweep();
    let served = place.answer(&["--batch-size", "1"]);
    let mut asked = served.address.connect();
    let sweep = post("/v1/sweeps", "{}").bearer(&served.token("write"));
    asked.write_all(sweep.bytes(&[]).as_bytes()).unwrap();
    wait_until("something is committed", || {
        place.world().query("SELECT count(*) > 1 FROM task_events") == 1
    });
    let sent = now();
    let ended = served.stop().exits(0);
    assert!(sent.elapsed() < PROMPTLY, "{:?}", sent.elapsed());
    assert!(!ended.stderr.contains("panic"), "{}", ended.stderr);
    let reaped = "SELECT count(*) FROM tasks WHERE status = 'open'";
    let events = place.world().query("SELECT count(*) FROM task_events");
    assert_eq!(place.world().query(reaped), events);
}

#[test]
fn it_ends_as_its_watch_does() {
    let place = Place::empty();
    let ran = place.server(&["--listen", "127.0.0.1:0"]).run().exits(66);
    assert!(ran.stderr.contains("orchestra.db"), "{}", ran.stderr);
}

#[test]
fn it_does_not_begin_where_nothing_could_be_told() {
    let place = Place::empty();
    for how in ["--no-watch", "--read-only"] {
        let ran = place.server(&["--listen", "127.0.0.1:0", how]).run().exits(66);
        assert!(!ran.stderr.contains("serves on"), "{}", ran.stderr);
    }
    let place = Place::queue(|world| world);
    let args = ["--listen", "127.0.0.1:0", "--no-watch", "--project", "Typo"];
    let ran = place.server(&args).run().exits(2);
    assert!(ran.stderr.contains("Typo"), "{}", ran.stderr);
}

#[test]
fn what_is_locked_is_waited_for() {
    let place = Place::queue_with_journal(|world| world);
    let worker = place.connect();
    worker.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let args = ["--listen", "127.0.0.1:0", "--no-watch", "--busy-timeout", "10ms"];
    let mut child = place.server(&args).start();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("tried again"), "{said}");
    worker.execute_batch("ROLLBACK").unwrap();
    while !said.starts_with("serves on") {
        said.clear();
        assert!(stderr.read_line(&mut said).unwrap() > 0, "it ended");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
