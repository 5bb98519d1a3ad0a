//! Where it listens.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use super::client::get;
use super::place::{Served, mode};
use crate::cli::place::Place;
use crate::cli::signals::send;

#[test]
fn nobody_on_another_machine_unless_a_proxy_stands_before_it() {
    let place = Place::queue(|world| world);
    let ran = place.server(&["--listen", "0.0.0.0:0"]).run().exits(2);
    assert!(ran.stderr.contains("--behind-tls"), "{}", ran.stderr);
    assert!(!place.tokens().exists());
    let served = place.answer(&["--behind-tls"]);
    served.ask(&get("/livez")).is(200);
}

#[test]
fn a_port_that_is_taken_is_said_to_be() {
    let place = Place::queue(|world| world);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = place.server(&["--listen", &address]).run().exits(74);
    assert!(ran.stderr.contains("is taken"), "{}", ran.stderr);
}

#[test]
fn a_socket_is_closed_to_others_and_taken_away_at_the_end() {
    let place = Place::queue(|world| world);
    let served = place.serve_on_a_socket(&[]);
    served.ask(&get("/livez")).is(200);
    let socket = place.file("run/socket");
    assert_eq!(mode(&place.file("run")) & !0o750, 0);
    assert_eq!(mode(&socket), 0o660);
    served.stop().exits(0);
    assert!(!socket.exists());
}

#[test]
fn a_folder_that_others_may_enter_is_none_for_it() {
    let place = Place::queue(|world| world);
    let socket = place.file("run/socket");
    let open = |mode| {
        fs::create_dir_all(place.file("run")).unwrap();
        fs::set_permissions(place.file("run"), fs::Permissions::from_mode(mode)).unwrap();
        place.server(&["--unix", socket.to_str().unwrap()]).run()
    };
    for mode in [0o755, 0o751, 0o770, 0o1777] {
        let ran = open(mode).exits(77);
        assert!(ran.stderr.contains("open to others"), "{}", ran.stderr);
    }
}

#[test]
fn the_socket_of_a_killed_one_is_taken_over() {
    let place = Place::queue(|world| world);
    let killed = place.serve_on_a_socket(&[]);
    send("KILL", &killed.child);
    killed.ended();
    assert!(place.file("run/socket").exists());
    place.serve_on_a_socket(&[]).ask(&get("/livez")).is(200);
}

#[test]
fn what_stands_there_stays() {
    let place = Place::queue(|world| world);
    let socket = place.file("run/socket");
    let second = || {
        place
            .server(&["--unix", socket.to_str().unwrap()])
            .run()
            .exits(74)
    };
    let first = place.serve_on_a_socket(&[]);
    assert!(second().stderr.contains("somebody serves there"));
    first.ask(&get("/livez")).is(200);
    first.stop().exits(0);
    fs::write(&socket, "a letter").unwrap();
    assert!(second().stderr.contains("something else stands there"));
    assert_eq!(fs::read_to_string(&socket).unwrap(), "a letter");
}

#[test]
fn what_a_service_manager_hands_over_goes_first() {
    let place = Place::queue(|world| world);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = Served::of(place.hand_over(listener, &[]).spawn().unwrap(), &place);
    assert!(matches!(served.address, super::client::Address::Tcp(found) if found == address));
    served.ask(&get("/livez")).is(200);
    served.stop().exits(0);
}

#[test]
fn what_is_handed_over_is_held_to_the_same() {
    let place = Place::queue(|world| world);
    let ended = |listener: &str, args: &[&str]| {
        let listener = TcpListener::bind(listener).unwrap();
        crate::cli::program::Ran::new(place.hand_over(listener, args).output().unwrap())
    };
    let ran = ended("0.0.0.0:0", &[]).exits(65);
    assert!(ran.stderr.contains("--behind-tls"), "{}", ran.stderr);
    let ran = ended("127.0.0.1:0", &["--listen", "127.0.0.1:0"]).exits(65);
    assert!(ran.stderr.contains("expected one of the two"), "{}", ran.stderr);
}
