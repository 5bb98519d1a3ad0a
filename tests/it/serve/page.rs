//! The page's forms: who may only read may ask what would be reaped; the token that writes has it done.

use super::client::{Request, get, post};
use super::place::Served;
use crate::cli::place::Place;
use crate::world::World;

/// As a form of our own page sends it, to who was given this token for a password.
fn form(served: &Served, kind: &str, target: &str, fields: &str) -> Request {
    let sent = post(target, fields).with("Content-Type", "application/x-www-form-urlencoded");
    let sent = sent.password(&served.token(kind));
    sent.with("Sec-Fetch-Site", "same-origin")
}

fn answer(served: &Served, plan: &str, kind: &str) -> Request {
    let token = served.token(kind);
    form(served, "read", "/sweeps", &format!("plan={plan}&token={token}"))
}

/// The list that a question is about.
fn plan(question: &str) -> String {
    let (_, behind) = question.split_once("name=\"plan\" value=\"").expect(question);
    behind.split('"').next().unwrap().to_owned()
}

#[test]
fn who_reads_may_ask_and_whoever_writes_has_it_done() {
    let place = Place::queue(|world| world.running("t1").heartbeat("16m ago"));
    let served = place.answer(&[]);
    let question = served.ask(&form(&served, "read", "/plans", "")).is(200);
    let plan = plan(&question.body);
    for kind in ["read", "mcp"] {
        let refused = served.ask(&answer(&served, &plan, kind)).is(403);
        assert!(!refused.body.contains(&served.token(kind)), "{}", refused.body);
    }
    let swept = served.ask(&answer(&served, &plan, "write")).is(200);
    assert!(swept.body.contains("1 task reaped"), "{}", swept.body);
    let told = served.ask(&get("/metrics").bearer(&served.token("read"))).is(200);
    let counted = told.body.lines().any(|line| {
        line.starts_with("zombie_sweeper_reaped_total{") && line.ends_with("reason=\"no_active_run\"} 1")
    });
    assert!(counted, "{}", told.body);
    let again = served.ask(&answer(&served, &plan, "write")).is(404);
    assert!(again.body.contains("used already"), "{}", again.body);
    assert!(
        !again.body.to_lowercase().contains("nothing was reaped"),
        "{}",
        again.body
    );
}

#[test]
fn who_is_parked_is_told_before() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let served = place.answer(&["--park-after", "1"]);
    let question = served.ask(&form(&served, "read", "/plans", "")).is(200);
    assert!(question.body.contains("tasks are parked"), "{}", question.body);
    assert!(
        !question.body.contains("go back to the queue"),
        "{}",
        question.body
    );
}

#[test]
fn the_list_says_what_the_queue_itself_calls_what_becomes_of_them() {
    let place = Place::foreign(include_str!("../shapes/n8n.sql"));
    let served = place.answer(&["--profile", "n8n", "--stale-after", "20m"]);
    let question = served.ask(&form(&served, "read", "/plans", "")).is(200);
    assert!(
        question
            .body
            .contains("tasks becomes <code><bdi>crashed</bdi></code>"),
        "{}",
        question.body
    );
    assert!(!question.body.contains("run becomes"), "{}", question.body);
    assert!(!question.body.contains("runs becomes"), "{}", question.body);
}

#[test]
fn where_too_many_are_due_nothing_is_asked() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2").zombie("t3"));
    let served = place.answer(&["--at-most", "2"]);
    let held = served.ask(&form(&served, "read", "/plans", "")).is(200);
    assert!(held.body.contains("3 zombies are held back"), "{}", held.body);
    assert!(held.body.contains("--at-most"), "{}", held.body);
    assert!(!held.body.contains("name=\"token\""), "{}", held.body);
}

#[test]
fn after_a_wrong_token_the_way_back_is_the_same() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2"));
    let served = place.answer(&[]);
    let fields = "q=t1&reason=stale_heartbeat";
    let question = served.ask(&form(&served, "read", "/plans", fields)).is(200);
    let back = "href=\"/?reason=stale_heartbeat&amp;q=t1\"";
    assert!(question.body.contains(back), "{}", question.body);
    for filter in [
        "name=\"q\" value=\"t1\"",
        "name=\"reason\" value=\"stale_heartbeat\"",
    ] {
        assert!(question.body.contains(filter), "{}", question.body);
    }
    let plan = plan(&question.body);
    let wrong = format!("plan={plan}&token=wrong&{fields}");
    let refused = served.ask(&form(&served, "read", "/sweeps", &wrong)).is(403);
    assert!(refused.body.contains(back), "{}", refused.body);
    for filter in [
        "name=\"q\" value=\"t1\"",
        "name=\"reason\" value=\"stale_heartbeat\"",
    ] {
        assert!(refused.body.contains(filter), "{}", refused.body);
    }
}

#[test]
fn a_page_of_somebody_else_asks_nothing() {
    let place = Place::queue(|world| world.running("t1").heartbeat("16m ago"));
    let served = place.answer(&[]);
    let question = served.ask(&form(&served, "read", "/plans", "")).is(200);
    let plan = plan(&question.body);
    for asked in [
        form(&served, "read", "/plans", ""),
        answer(&served, &plan, "write"),
    ] {
        served.ask(&asked.with("Sec-Fetch-Site", "cross-site")).is(403);
    }
    served
        .ask(&form(&served, "read", "/plans", "").without("Sec-Fetch-Site"))
        .is(403);
    served.ask(&form(&served, "mcp", "/plans", "")).is(403);
    served.ask(&answer(&served, &plan, "write")).is(200);
}

#[test]
fn a_list_of_the_page_is_no_plan_of_the_api() {
    let place = Place::queue(|world| world.running("t1").heartbeat("16m ago"));
    let served = place.answer(&[]);
    let question = served.ask(&form(&served, "read", "/plans", "")).is(200);
    let plan = plan(&question.body);
    let asked = post("/v1/sweeps", &format!(r#"{{"plan_id": "{plan}"}}"#));
    served.ask(&asked.bearer(&served.token("write"))).is(404);
}

#[test]
fn a_question_that_is_asked_for_anew_leads_to_the_overview() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    for form in ["/plans", "/sweeps"] {
        let led = served.ask(&get(form).password(&served.token("read"))).is(303);
        assert!(led.head.contains("location: /"), "{}", led.head);
    }
}

#[test]
fn a_task_has_a_page_that_says_why() {
    let place = Place::queue(|world| world.running("t1").heartbeat("16m ago"));
    let served = place.answer(&[]);
    let page = |target: &str| {
        let asked = get(target).password(&served.token("read"));
        served.ask(&asked).is(200).body
    };
    let overview = page("/");
    assert!(overview.contains("/task?task=t1"), "{overview}");
    let dead = page("/task?task=t1");
    assert!(dead.contains("It is a zombie (no_active_run"), "{dead}");
    let question = served.ask(&form(&served, "read", "/plans", "")).is(200);
    served
        .ask(&answer(&served, &plan(&question.body), "write"))
        .is(200);
    let reaped = page("/task?task=t1");
    assert!(!reaped.contains("It is a zombie"), "{reaped}");
    assert!(reaped.contains("no_active_run"), "{reaped}"); // why it was reaped
}

#[test]
fn it_promises_no_sweep_that_nobody_makes() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2"));
    let page = |args: &[&str]| {
        let served = place.serve(args);
        let asked = get("/").password(&served.token("read"));
        served.ask(&asked).is(200).body
    };
    let unwatched = page(&["--no-watch"]);
    assert!(unwatched.contains("no watch"), "{unwatched}");
    assert!(unwatched.contains("until somebody sweeps"), "{unwatched}");
    let read_only = page(&["--read-only"]);
    assert!(read_only.contains("until somebody sweeps"), "{read_only}");
    let watched = page(&["--at-most", "1"]);
    assert!(watched.contains("a sweep leaves them"), "{watched}");
    assert!(!watched.contains("no watch"), "{watched}");
}

/// Whoever may only read has lists of their own, however many.
#[test]
fn who_reads_pushes_out_no_list_of_who_writes() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.answer(&[]);
    let question = served.ask(&form(&served, "write", "/plans", "")).is(200);
    let plan_id = plan(&question.body);
    for _ in 0..33 {
        served.ask(&form(&served, "read", "/plans", "")).is(200);
    }
    let fields = format!("plan={plan_id}&token={}", served.token("write"));
    let swept = served.ask(&form(&served, "write", "/sweeps", &fields)).is(200);
    assert!(swept.body.contains("1 task reaped"), "{}", swept.body);
}

/// Who agrees sees which is which: a browser takes blanks in a row for one, and shows none at the ends.
#[test]
fn ids_that_differ_look_different() {
    let place = Place::queue(|world| {
        let ids = ["a b", "a  b", " a b", "a\u{a0}b", "e\u{301}", "", "   "];
        ids.into_iter().fold(world, World::zombie)
    });
    let served = place.answer(&[]);
    let question = served.ask(&form(&served, "read", "/plans", "")).is(200);
    for shown in [
        r"a b",
        r"a \u{20}b",
        r"\u{20}a b",
        r"a\u{a0}b",
        r"e\u{301}",
        r"\u{}",
        r"\u{20}\u{20}\u{20}",
    ] {
        let id = format!("<bdi>{shown}</bdi>");
        assert_eq!(question.body.matches(&id).count(), 1, "{id}: {}", question.body);
    }
}

/// What has no page is named all the same.
#[test]
fn no_link_leads_nowhere() {
    let place = Place::queue(|world| {
        let world = world.zombie("t1").zombie("t2").zombie("t3");
        world.sql("PRAGMA foreign_keys = OFF; UPDATE tasks SET id = NULL WHERE id = 't3'")
    });
    place.sweeper(&["--task", "t1"]).run().exits(0);
    drop(
        place
            .world()
            .sql("PRAGMA foreign_keys = OFF; DELETE FROM tasks WHERE id = 't1'"),
    );
    let served = place.answer(&[]);
    let page = |target: &str| served.ask(&get(target).password(&served.token("read")));
    let overview = page("/").is(200).body;
    assert!(overview.contains("<bdi>t1</bdi>"), "{overview}");
    assert!(overview.contains("one without an id"), "{overview}");
    let links = overview.split("href=\"/task?").skip(1);
    let links: Vec<_> = links.map(|link| link.split('"').next().unwrap()).collect();
    assert_eq!(links, ["task=t2"]);
    page("/task?task=t2").is(200);
}
