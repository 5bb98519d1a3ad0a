//! For which names it answers: a page of somebody else's can have its own name lead to this machine.

use super::client::get;
use super::place::Served;
use crate::cli::place::Place;

#[track_caller]
fn asked_for(served: &Served, host: &str) -> u16 {
    served.ask(&get("/livez").with("Host", host)).status
}

#[test]
fn those_of_this_machine_by_whatever_port() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    for host in [
        "localhost",
        "LocalHost:8639",
        "127.0.0.1:1",
        "127.8.9.10",
        "[::1]:80",
    ] {
        assert_eq!(asked_for(&served, host), 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "192.168.0.1",
        "[::2]",
        "0.0.0.0",
        "me@localhost",
    ] {
        assert_eq!(asked_for(&served, host), 403, "{host}");
    }
    for host in ["", "local host", "localhost:port", "a/b"] {
        assert_eq!(asked_for(&served, host) / 100, 4, "{host}");
    }
}

#[test]
fn those_that_the_operator_names_too() {
    let place = Place::queue(|world| world);
    let served = place.answer(&["--allowed-hosts", "Sweeper.example,[fd00::1]"]);
    for host in ["sweeper.example", "SWEEPER.example:443", "[fd00::1]", "localhost"] {
        assert_eq!(asked_for(&served, host), 200, "{host}");
    }
    assert_eq!(asked_for(&served, "other.example"), 403);
}

#[test]
fn a_socket_has_no_address() {
    let place = Place::queue(|world| world);
    let served = place.serve_on_a_socket(&[]);
    assert_eq!(asked_for(&served, "localhost"), 200);
    assert_eq!(asked_for(&served, "127.0.0.1"), 403);
}

#[test]
fn what_the_request_line_names_counts_too() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    served.ask(&get("http://localhost/livez")).is(200);
    served.ask(&get("http://evil.example/livez")).is(400);
    served
        .ask(&get("http://evil.example/livez").with("Host", "evil.example"))
        .is(403);
    served.ask(&get("/livez").without("Host")).is(400);
}

#[test]
fn what_is_named_wrongly_is_refused_before_it_serves() {
    let place = Place::queue(|world| world);
    for wrong in ["https://sweeper.example", "sweeper.example:443", "*", ""] {
        let ran = place.server(&["--allowed-hosts", wrong]).run().exits(2);
        assert!(ran.stderr.contains("without scheme and port"), "{}", ran.stderr);
    }
}
