//! Sessions of models: no more are open than there is room for, whatever a request says of itself.

use std::thread;
use std::time::Duration;

use super::client::{Answer, post};
use super::place::Served;
use crate::cli::place::Place;

/// More than may be open.
const MANY: usize = 70;

/// Says hello by this protocol, as often as it takes where that was too fast.
fn hello(served: &Served, protocol: &str) -> Answer {
    let initialize = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"protocolVersion":"{protocol}",
        "capabilities":{{}},"clientInfo":{{"name":"test","version":"1"}}}}}}"#
    );
    loop {
        let asked = post("/mcp", &initialize).bearer(&served.token("mcp"));
        let asked = asked.with("Accept", "application/json, text/event-stream");
        let asked = asked.with("MCP-Protocol-Version", protocol);
        let answer = served.ask(&asked.with("Mcp-Method", "initialize"));
        if answer.status != 429 {
            return answer;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn no_more_are_open_than_there_is_room_for() {
    for protocol in ["2025-11-25", "2026-07-28"] {
        let place = Place::queue(|world| world);
        let served = place.answer(&[]);
        let answers: Vec<_> = (0..MANY).map(|_| hello(&served, protocol)).collect();
        let is_open = |answer: &&Answer| answer.body.contains("serverInfo");
        let (open, refused): (Vec<_>, Vec<_>) = answers.iter().partition(is_open);
        assert_eq!(open.len(), 64, "{protocol}");
        for answer in refused {
            assert!(answer.body.contains("too many sessions"), "{}", answer.body);
        }
    }
}

#[test]
fn the_log_does_not_tell_how_one_is_named() {
    for verbose in ["-v", "-vv"] {
        let place = Place::queue(|world| world);
        let served = place.answer(&[verbose]);
        let head = hello(&served, "2025-11-25").head;
        let session = head
            .lines()
            .find_map(|line| line.strip_prefix("mcp-session-id: "));
        let session = session.unwrap();
        let ended = served.stop().exits(0);
        assert!(!ended.stderr.contains(session), "{}", ended.stderr);
    }
}
