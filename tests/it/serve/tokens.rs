//! What each token opens.

use super::client::{get, post};
use crate::cli::place::Place;

/// A page, a question, and what there is not.
const CLOSED: [&str; 6] = ["/", "/v1/plan", "/mcp", "/openapi.json", "/style.css", "/nothing"];

#[test]
fn who_has_none_learns_that_it_lives_and_nothing_else() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    served.ask(&get("/livez")).is(200);
    served.ask(&get("/readyz")).is(200);
    for path in CLOSED {
        let refused = served.ask(&get(path)).is(401);
        for challenge in ["www-authenticate: basic", "www-authenticate: bearer"] {
            assert!(refused.head.contains(challenge), "{path}: {}", refused.head);
        }
    }
    served.ask(&post("/v1/sweeps", "{}")).is(401);
    served.ask(&post("/livez", "{}")).is(401);
}

#[test]
fn one_of_somebody_else_is_none() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let token = served.token("read");
    let longer = format!("{token}a");
    let shorter = &token[..token.len() - 1];
    for wrong in ["", "a", shorter, &longer, &"a".repeat(4096)] {
        served.ask(&get("/v1/plan").bearer(wrong)).is(401);
        served.ask(&get("/v1/plan").password(wrong)).is(401);
    }
    let refused = served.ask(&get("/v1/plan").bearer("another")).is(401);
    assert!(
        refused.body.contains("this token opens nothing here"),
        "{}",
        refused.body
    );
    let refused = served.ask(&get("/v1/plan")).is(401);
    assert!(refused.body.contains("wants a token"), "{}", refused.body);
    for unread in [
        "",
        "Bearer",
        "Basic !",
        "Basic YQ==",
        "Digest a",
        &format!("bearer{token}"),
    ] {
        served.ask(&get("/v1/plan").with("Authorization", unread)).is(401);
    }
}

#[test]
fn a_model_hears_what_is_wrong_with_what_it_sent() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let token = served.token("mcp");
    let cut_short = post("/mcp", "{\"jsonrpc\":").bearer(&token);
    let cut_short = cut_short.with("Accept", "application/json, text/event-stream");
    let refused = served.ask(&cut_short);
    assert!((400..500).contains(&refused.status), "{}", refused.head);
    assert!(refused.body.contains("EOF"), "{}", refused.body);
    assert!(
        refused.body.contains("expected a message of MCP"),
        "{}",
        refused.body
    );
    assert!(!refused.body.contains("its header say so"), "{}", refused.body);
}

#[test]
fn each_opens_its_own() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    // To read, to write, to talk to a model's tools.
    let opened = |kind: &str| {
        let token = served.token(kind);
        let read = served.ask(&get("/v1/plan").bearer(&token)).status;
        let write = served.ask(&post("/v1/plans", "{}").bearer(&token)).status;
        let models = served.ask(&get("/mcp").bearer(&token)).status;
        (read, write, models != 403)
    };
    assert_eq!(opened("read"), (200, 403, false));
    assert_eq!(opened("write"), (200, 201, false));
    assert_eq!(opened("mcp"), (403, 403, true));
}

#[test]
fn a_password_opens_what_a_bearer_does() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    served
        .ask(&get("/v1/plan").password(&served.token("read")))
        .is(200);
    let scheme_in_capitals = format!("BEARER {}", served.token("read"));
    served
        .ask(&get("/v1/plan").with("Authorization", scheme_in_capitals))
        .is(200);
}

#[test]
fn who_may_only_read_takes_no_turn_from_who_may_write() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let (read, write) = (served.token("read"), served.token("write"));
    // A form that is none, over and over.
    let is_slowed = |_| served.ask(&post("/plans", "").bearer(&read)).status == 429;
    assert!((0..10_000).any(is_slowed), "as often as it likes");
    served.ask(&post("/v1/plans", "{}").bearer(&write)).is(201);
}

#[test]
fn why_it_is_not_ready_is_told_to_who_may_know() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    std::fs::rename(place.db(), place.file("away.db")).unwrap();
    let stranger = served.ask(&get("/readyz")).is(503);
    assert!(!stranger.body.contains("orchestra.db"), "{}", stranger.body);
    let known = served.ask(&get("/readyz").bearer(&served.token("read"))).is(503);
    assert!(known.body.contains("orchestra.db"), "{}", known.body);
}

#[test]
fn none_is_ever_logged() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.answer(&["-vv"]);
    let (read, mcp, write) = (served.token("read"), served.token("mcp"), served.token("write"));
    served.ask(&get("/v1/plan").bearer(&read)).is(200);
    served.ask(&get("/v1/plan").password(&write)).is(200);
    served.ask(&post("/v1/sweeps", "{}").bearer(&write)).is(200);
    served.ask(&post("/mcp", "{}").bearer(&mcp));
    served
        .ask(&get("/v1/plan?a=b").bearer(&format!("{read}x")))
        .is(401);
    let ended = served.stop().exits(0);
    assert!(ended.stderr.contains("t1"), "{}", ended.stderr);
    for secret in [read, mcp, write] {
        assert!(!ended.stderr.contains(&secret), "{}", ended.stderr);
    }
}

#[test]
fn every_answer_tells_a_browser_what_it_may_not_do() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let token = served.token("read");
    for path in ["/livez", "/v1/plan", "/nothing", "/"] {
        for answer in [served.ask(&get(path)), served.ask(&get(path).bearer(&token))] {
            for line in [
                "content-security-policy: default-src 'none';",
                "x-content-type-options: nosniff",
                "referrer-policy: no-referrer",
            ] {
                assert!(answer.head.contains(line), "{path}: {}", answer.head);
            }
        }
    }
}
