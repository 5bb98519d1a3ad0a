//! A browser shows the password that it knows for this server whoever has it ask. What writes wants to know better.

use super::client::{Request, get, post};
use super::place::Served;
use crate::cli::place::Place;

const EVIL: &str = "http://evil.example";

fn write(served: &Served) -> Request {
    post("/v1/plans", "{}").password(&served.token("write"))
}

#[test]
fn a_page_of_ours_may_write() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    served
        .ask(&write(&served).with("Origin", "http://localhost"))
        .is(201);
    served
        .ask(&write(&served).with("Sec-Fetch-Site", "same-origin"))
        .is(201);
    // As Chromium sends it where a page tells nobody where it comes from.
    let untold = write(&served)
        .with("Origin", "null")
        .with("Sec-Fetch-Site", "same-origin");
    served.ask(&untold).is(201);
}

#[test]
fn a_page_of_somebody_else_may_not() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let bearer = |request: Request| request.bearer(&served.token("write"));
    for origin in [
        EVIL,
        "null",
        "https://localhost",
        "http://localhost:81",
        "http://localhost.",
        "",
    ] {
        served.ask(&write(&served).with("Origin", origin)).is(403);
        served.ask(&bearer(write(&served).with("Origin", origin))).is(403);
    }
    for site in ["cross-site", "same-site", "none", ""] {
        served.ask(&write(&served).with("Sec-Fetch-Site", site)).is(403);
        served
            .ask(&bearer(write(&served).with("Sec-Fetch-Site", site)))
            .is(403);
        let contradicted = write(&served)
            .with("Sec-Fetch-Site", site)
            .with("Origin", "http://localhost");
        served.ask(&contradicted).is(403);
    }
    let contradicted = write(&served)
        .with("Sec-Fetch-Site", "same-origin")
        .with("Origin", EVIL);
    served.ask(&contradicted).is(403);
}

#[test]
fn a_program_shows_a_bearer() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    served.ask(&write(&served)).is(403);
    served.ask(&write(&served).bearer(&served.token("write"))).is(201);
}

#[test]
fn behind_a_proxy_our_page_has_its_name_and_tls() {
    let place = Place::queue(|world| world);
    let served = place.answer(&["--behind-tls", "--allowed-hosts", "sweeper.example"]);
    let asked = |origin: &str| {
        write(&served)
            .with("Host", "sweeper.example")
            .with("Origin", origin)
    };
    served.ask(&asked("https://sweeper.example")).is(201);
    let beside_it = served.ask(&asked("http://sweeper.example")).is(403);
    assert!(beside_it.body.contains("expects https"), "{}", beside_it.body);
}

#[test]
fn a_page_of_somebody_else_may_lead_here_and_embed_nothing() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let led = |mode| {
        let asked = get("/v1/plan").password(&served.token("read"));
        asked
            .with("Sec-Fetch-Site", "cross-site")
            .with("Sec-Fetch-Mode", mode)
    };
    served.ask(&led("navigate")).is(200);
    served.ask(&led("no-cors")).is(403);
    served
        .ask(
            &get("/v1/plan")
                .password(&served.token("read"))
                .with("Origin", EVIL),
        )
        .is(403);
}

#[test]
fn models_are_asked_by_no_page() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let asked = post("/mcp", "{}").bearer(&served.token("mcp"));
    served.ask(&asked.with("Origin", EVIL)).is(403);
}

#[test]
fn nobody_writes_faster_than_is_good_for_the_queue() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let write = post("/v1/plans", "[]").bearer(&served.token("write"));
    let many = write.bytes(&[]).repeat(199) + &write.bytes(&["Connection: close"]);
    let answers = served.address.send(many.as_bytes());
    let refused = answers.matches("HTTP/1.1 429 ").count();
    assert!(refused > 0, "{answers}");
    assert_eq!(refused, answers.matches("retry-after: 1").count(), "{answers}");
    // Who reads is not meant.
    served.ask(&get("/v1/plan").bearer(&served.token("read"))).is(200);
}
