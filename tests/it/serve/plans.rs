//! A plan that a server keeps, swept from the command line over its socket.

use std::fs;
use std::os::unix::fs::{chown, symlink};

use serde_json::Value;

use super::client::post;
use super::place::Served;
use crate::cli::place::Place;
use crate::cli::privilege::{am_root, skipped};
use crate::cli::program::{Program, zombie_sweeper};

impl Place {
    pub(super) fn sweeps_plan(&self, plan: &str, args: &[&str]) -> Program {
        let socket = self.file("run/socket");
        let asked = zombie_sweeper(["--plan", plan, "--socket", socket.to_str().unwrap()]).args(args);
        asked
            .env("XDG_STATE_HOME", self.file("state"))
            .env("STATE_DIRECTORY", "")
    }
}

pub(super) fn plan(served: &Served) -> String {
    plan_by(served, &served.token("write"))
}

/// One that is kept for who shows this token.
pub(super) fn plan_by(served: &Served, token: &str) -> String {
    let kept = served.ask(&post("/v1/plans", "{}").bearer(token)).is(201);
    let kept: Value = serde_json::from_str(&kept.body).unwrap();
    kept["plan_id"].as_str().unwrap().to_owned()
}

#[test]
fn what_it_lists_is_swept_once() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve_on_a_socket(&[]);
    let plan = plan(&served);
    let summary = place.sweeps_plan(&plan, &[]).run().summary();
    assert_eq!(summary["task_ids"], serde_json::json!(["t1"]));
    assert_eq!(place.world().value("tasks.status", "t1"), "open");
    let again = place.sweeps_plan(&plan, &[]).run().exits(2);
    assert_eq!(again.stdout, "");
    assert!(again.stderr.contains("the server refused"), "{}", again.stderr);
}

#[test]
fn people_read_it_too() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve_on_a_socket(&[]);
    let ran = place
        .sweeps_plan(&plan(&served), &["--format", "text"])
        .run()
        .exits(0);
    assert_eq!(ran.stdout, "Reaped 1 task.\n  t1\n");
}

#[test]
fn the_server_may_be_named_by_variables() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve_on_a_socket(&[]);
    let write = format!("write={}", place.tokens().join("write.token").display());
    let asked = zombie_sweeper(["--plan", &plan(&served)]);
    let asked = asked.env("ZOMBIE_SWEEPER_SOCKET", place.file("run/socket"));
    assert_eq!(
        asked.env("ZOMBIE_SWEEPER_TOKEN_FILE", write).run().summary()["reaped"],
        1
    );
}

#[test]
fn what_is_for_a_plan_wants_one() {
    let place = Place::queue(|world| world.zombie("t1"));
    for option in [["--socket", "s"], ["--token-file", "write=t"]] {
        let ran = place.sweeper(&option).run().exits(2);
        assert!(ran.stderr.contains("is for --plan"), "{}", ran.stderr);
    }
    place.sweeper(&["--plan", &"0".repeat(32)]).run().exits(2);
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn another_token_sweeps_nothing() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve_on_a_socket(&[]);
    let other = format!("write={}", place.tokens().join("read.token").display());
    let ran = place
        .sweeps_plan(&plan(&served), &["--token-file", &other])
        .run()
        .exits(77);
    assert!(ran.stderr.contains("expected the write token"), "{}", ran.stderr);
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn a_token_of_an_earlier_server_says_whose_it_is() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve_on_a_socket(&[]);
    let plan = plan(&served);
    let old = place.token_file("old.token", "0123456789abcdef0123456789abcdef", 0o600);
    let named = format!("write={}", old.display());
    let ran = place
        .sweeps_plan(&plan, &["--token-file", &named])
        .run()
        .exits(77);
    let says = format!("that of {}: name this server's with --token-file", old.display());
    assert!(ran.stderr.contains(&says), "{}", ran.stderr);
}

#[test]
fn root_sweeps_with_the_token_of_a_service() {
    if !am_root() {
        return skipped("only root reads the files of others");
    }
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve_on_a_socket(&[]);
    let plan = plan(&served);
    let token = place.tokens().join("write.token");
    for path in [&place.tokens(), &token] {
        chown(path, Some(65534), Some(65534)).unwrap();
    }
    let named = format!("write={}", token.display());
    let asked = place.sweeps_plan(&plan, &["--token-file", &named]);
    assert_eq!(asked.run().summary()["reaped"], 1);
}

#[test]
fn no_link_of_somebody_else_is_followed_to_a_token() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve_on_a_socket(&[]);
    let plan = plan(&served);
    let folder = place.file("of-all");
    fs::create_dir(&folder).unwrap();
    place.mode("of-all", 0o1777);
    let link = folder.join("write.token");
    symlink(place.tokens().join("write.token"), &link).unwrap();
    let named = format!("write={}", link.display());
    let ran = place
        .sweeps_plan(&plan, &["--token-file", &named])
        .run()
        .exits(77);
    assert!(ran.stderr.contains("is a link"), "{}", ran.stderr);
    place.mode("of-all", 0o755);
    let asked = place.sweeps_plan(&plan, &["--token-file", &named]);
    assert_eq!(asked.run().summary()["reaped"], 1);
}

#[test]
fn a_token_that_everybody_knows_is_not_shown() {
    let place = Place::queue(|world| world);
    let _served = place.serve_on_a_socket(&[]);
    let open = place.token_file("open", "0123456789abcdef0123456789abcdef", 0o644);
    let named = format!("write={}", open.display());
    let ran = place
        .sweeps_plan(&"0".repeat(32), &["--token-file", &named])
        .run()
        .exits(77);
    assert!(ran.stderr.contains("may be known to others"), "{}", ran.stderr);
}

#[test]
fn where_there_is_no_token_another_may_be_named() {
    let place = Place::queue(|world| world);
    let ran = place.sweeps_plan(&"0".repeat(32), &[]).run().exits(66);
    let says = "is named with --token-file write=PATH";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
}

#[test]
fn where_nobody_serves_that_is_said() {
    let place = Place::queue(|world| world);
    place.serve_on_a_socket(&[]).stop().exits(0);
    let ran = place.sweeps_plan(&"0".repeat(32), &[]).run().exits(66);
    assert!(ran.stderr.contains("failed to ask the server"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("see whether the server runs"),
        "{}",
        ran.stderr
    );
}

#[test]
fn it_takes_no_option_of_a_sweep() {
    let place = Place::queue(|world| world);
    let of_a_sweep = [&["--dry-run"][..], &["--project", "p"], &["--stale-after", "1m"]];
    let of_a_queue = [
        &["--db", "q.db"][..],
        &["--profile", "river"],
        &["--schema", "river"],
    ];
    let of_a_ledger = [&["--ledger", "l.db"][..], &["--ledger-keep", "1d"]];
    let all = [&of_a_sweep[..], &of_a_queue, &of_a_ledger].concat();
    for option in all {
        let ran = place.sweeps_plan(&"0".repeat(32), option).run().exits(2);
        assert!(ran.stderr.contains("has no say in --plan"), "{}", ran.stderr);
    }
    place.sweeps_plan("0", &[]).run().exits(2);
    let asked_by_a_variable = place
        .sweeps_plan(&"0".repeat(32), &[])
        .env("ZOMBIE_SWEEPER_DRY_RUN", "1");
    asked_by_a_variable.run().exits(2);
}

#[test]
fn variables_for_other_commands_have_no_say() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve_on_a_socket(&[]);
    let asked = place.sweeps_plan(&plan(&served), &[]);
    let asked = asked.env("ORCHESTRA_DB", place.file("none.db"));
    assert_eq!(
        asked.env("ZOMBIE_SWEEPER_AT_MOST", "0").run().summary()["reaped"],
        1
    );
}

#[test]
fn too_many_at_once_are_zombies_found() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2"));
    let served = place.serve_on_a_socket(&["--at-most", "1"]);
    let ran = place.sweeps_plan(&plan(&served), &[]).run().exits(3);
    assert!(ran.stderr.contains("--at-most"), "{}", ran.stderr);
}

#[test]
fn where_no_token_can_be_the_one_that_writes_is_asked_for() {
    let place = Place::queue(|world| world);
    let nowhere = place.sweeps_plan(&"0".repeat(32), &[]);
    let ran = nowhere.env("XDG_STATE_HOME", "").env("HOME", "").run();
    assert!(ran.stderr.contains("--token-file write=PATH"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("mcp"), "{}", ran.stderr);
}
