//! Profiles that ship: by their names, and where none is named.

use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};
use zombie_sweeper::Profile;

use super::place::Place;
use super::program::{BINARY, Program, zombie_sweeper};

/// A queue that a profile ships for, with one zombie.
const BOARD: &str = include_str!("../shapes/hermes-kanban.sql");
const NAME: &str = "hermes-kanban";

/// A dry run at a time at which its other worker is alive.
const THEN: [&str; 3] = ["--dry-run", "--now", "2026-04-11T03:18:00Z"];

fn board() -> Place {
    Place::foreign(BOARD)
}

/// The program from within the place, where its database is the one that it takes unless told.
fn inside(place: &Place, args: &[&str]) -> Program {
    zombie_sweeper(args).in_folder(place.path())
}

/// What it prints, where that is no summary.
fn json_of(program: Program) -> Value {
    serde_json::from_str(&program.run().exits(0).stdout).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

#[test]
fn they_are_listed_without_a_database() {
    let place = Place::empty();
    let text = inside(&place, &["schema", "--list"]).run().exits(0).stdout;
    let lines: Vec<_> = text
        .lines()
        .skip(1)
        .map(|line| line.trim().split_once("  ").unwrap())
        .map(|(name, about)| (name, about.trim()))
        .collect();
    assert_eq!(lines, Profile::shipped().collect::<Vec<_>>());
    let by_variable = inside(&place, &["schema"]).env("ZOMBIE_SWEEPER_LIST", "1");
    assert_eq!(by_variable.run().exits(0).stdout, text);
    let objects: Vec<_> = lines
        .iter()
        .map(|(name, about)| json!({ "name": name, "about": about }))
        .collect();
    let in_json = inside(&place, &["schema", "--list", "--format", "json"]);
    assert_eq!(json_of(in_json), Value::from(objects));
    assert!(place.names().is_empty());
}

#[test]
fn one_is_taken_by_its_name() {
    let place = board();
    let (by_flag, by_alias) = (["--profile", NAME], ["--schema", NAME]);
    let variables = ["ZOMBIE_SWEEPER_PROFILE", "ZOMBIE_SWEEPER_SCHEMA"];
    let by_variable = variables.map(|variable| place.sweeper(&THEN).env(variable, NAME));
    let named = [by_flag, by_alias].map(|args| place.sweeper(&THEN).args(args));
    for program in named.into_iter().chain(by_variable) {
        let summary = place.untouched(|| program.run().summary());
        assert_eq!(summary["profile"], NAME);
        assert_eq!(summary["task_ids"], json!(["t_dead0001"]));
        assert_eq!(summary["warnings"], json!([]));
    }
    let summary = place.sweeper(&["--profile", NAME]).run().summary();
    assert_eq!(
        (&summary["profile"], &summary["transactions"]),
        (&json!(NAME), &json!(1))
    );
}

#[test]
fn summary_names_orchestras_or_the_file() {
    let place = Place::queue(|world| world);
    place.write("queue.toml", "# as built in\n");
    let profile = |args: &[&str]| inside(&place, args).args(["-n"]).run().summary()["profile"].clone();
    assert_eq!(profile(&[]), "orchestra");
    assert_eq!(profile(&["--profile", "orchestra"]), "orchestra");
    assert_eq!(profile(&["--profile", "./queue.toml"]), "./queue.toml");
}

#[test]
fn name_goes_before_a_file_and_a_path_is_a_file() {
    let place = board();
    let word = format!(
        "tasks.columns.active_run = 'current_run_id'\n{}",
        "events.columns.type = 'kind'"
    );
    for file in [NAME, "board", "hermes-kanban.toml"] {
        place.write(file, &word);
    }
    let profile =
        |name: &str| inside(&place, &THEN).args(["--profile", name]).run().summary()["profile"].clone();
    let here = format!("./{NAME}");
    for name in [NAME, &here, "board", "hermes-kanban.toml"] {
        assert_eq!(profile(name), name);
    }
    let by_name = inside(&place, &THEN).args(["--profile", NAME]).run().summary();
    let held = |summary: &Value| summary["zombies"][0]["held"]["worker_pid"].clone();
    assert_eq!(held(&by_name), "4711", "the file says nothing of it");
    let by_path = inside(&place, &THEN).args(["--profile", &here]).run().summary();
    assert_eq!(held(&by_path), Value::Null);
}

#[test]
fn word_that_is_neither_a_name_nor_a_file() {
    let place = board();
    let said = |name: &str| inside(&place, &["--profile", name]).run().failure(place.path());
    let said_of_a_word = said("hermes");
    let (before, nearest) = said_of_a_word.split_once(" (the nearest names are ").unwrap();
    let (nearest, after) = nearest.split_once("; ").unwrap();
    assert!(nearest.starts_with("hermes-kanban, "), "{nearest}");
    assert_snapshot!(format!("{before} (…; {after}"), @"
    exit 66
    error: no profile hermes ships (…; `zombie-sweeper schema --list` names all), nor can a file hermes be read: No such file or directory (os error 2)
    ");
    assert_snapshot!(said("hermes.toml"), @"
    exit 66
    error: failed to read the profile hermes.toml: No such file or directory (os error 2)
    ");
    assert_snapshot!(said("./hermes"), @"
    exit 66
    error: failed to read the profile ./hermes: No such file or directory (os error 2)
    ");
    place.write("taken", "no profile");
    assert!(said("taken").starts_with("exit 65\nerror: the profile taken cannot be used: "));
}

#[test]
fn dry_run_takes_the_one_that_fits_and_says_so() {
    let place = board();
    let summary = place.untouched(|| place.sweeper(&THEN).run().summary());
    assert_eq!(summary["profile"], NAME);
    assert_eq!(summary["task_ids"], json!(["t_dead0001"]));
    assert_snapshot!(texts(&summary["warnings"]).join("\n"), @"the schema is not Orchestra's but fits the profile hermes-kanban, which ships and was taken; a sweep that writes wants it named: --profile hermes-kanban");
    let text = place
        .sweeper(&THEN)
        .args(["--format", "text"])
        .run()
        .exits(0)
        .stdout;
    let line = text.lines().find(|line| line.contains("running task")).unwrap();
    let (line, _) = line.split_once(": ").unwrap();
    assert_snapshot!(line, @"2 running tasks of all projects (profile hermes-kanban)");
    let confirmed = place.sweeper(&THEN).args(["--confirm", "20ms"]).run().summary();
    assert_eq!(confirmed["task_ids"], json!(["t_dead0001"]));
    assert_eq!(confirmed["warnings"], summary["warnings"]);
}

#[test]
fn schema_shows_by_the_one_that_fits_and_says_so() {
    let place = board();
    let shown = place.untouched(|| json_of(place.sweeper(&["schema"])));
    let named = json_of(place.sweeper(&["schema", "--profile", NAME]));
    assert_eq!(
        (&shown["profile"], &named["profile"]),
        (&json!(NAME), &json!(NAME))
    );
    assert_eq!(shown["roles"], named["roles"]);
    assert_eq!(
        texts(&shown["warnings"]).len(),
        1 + texts(&named["warnings"]).len()
    );
    let text = place
        .sweeper(&["schema", "--format", "text"])
        .run()
        .exits(0)
        .stdout;
    for line in [
        "profile: hermes-kanban",
        "warning: the schema is not Orchestra's but ",
    ] {
        assert!(text.contains(&format!("\n{line}")), "{text}");
    }
}

/// Of each queue, what shows the life of its running task.
#[test]
fn schema_shows_the_sign_of_life_of_each() {
    let shapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/shapes");
    for (name, _) in Profile::shipped().skip(1) {
        let place = Place::foreign(&fs::read_to_string(shapes.join(format!("{name}.sql"))).unwrap());
        let shown = place.untouched(|| json_of(place.sweeper(&["schema", "--profile", name])));
        let roles = shown["roles"].as_array().unwrap();
        let signs = roles.iter().filter(|role| {
            let name = role["role"].as_str().unwrap();
            let is_sign = ["heartbeat", "lease", "started", "updated"];
            is_sign.iter().any(|sign| name.ends_with(sign)) && role["value"].is_string()
        });
        let read: Vec<_> = signs.map(|role| role["read_as"].as_str().unwrap()).collect();
        assert!(
            read.iter().any(|read| read.starts_with("2026-04-11T0")),
            "{name}: {shown:#}"
        );
        let status = roles.iter().find(|role| role["role"] == "tasks").unwrap();
        assert_eq!(status["read_as"], "the newest running task", "{name}");
    }
}

/// In place, as it lies there, and in a copy.
#[test]
fn one_is_chosen_by_what_is_read() {
    let place = Place::foreign(&format!("PRAGMA journal_mode = WAL; {BOARD}"));
    let at_rest = place.untouched(|| place.sweeper(&THEN).run().summary());
    assert_eq!(at_rest["profile"], NAME);
    let orchestrator = place.connect();
    let behind = |sql: &str| {
        orchestrator.execute_batch(sql).unwrap();
        let left = Place::empty();
        for name in ["orchestra.db", "orchestra.db-wal"] {
            fs::copy(place.file(name), left.file(name)).unwrap();
        }
        let copied = left.untouched(|| left.sweeper(&THEN).run().summary());
        let in_place = place.untouched(|| place.sweeper(&THEN).run().summary());
        assert_eq!(copied["profile"], in_place["profile"]);
        let warned = [&copied, &in_place].map(|summary| texts(&summary["warnings"]).len());
        assert_eq!(warned[0], warned[1] + 1, "{copied}");
        copied["profile"].clone()
    };
    let beats = behind("PRAGMA wal_autocheckpoint = 0; UPDATE tasks SET last_heartbeat_at = 1775877461");
    assert_eq!(beats, NAME);
    let becomes = "ALTER TABLE task_events RENAME COLUMN kind TO event_type";
    assert_eq!(behind(becomes), "orchestra", "the log says so");
}

#[test]
fn sweep_wants_it_named_and_gives_the_command() {
    let place = board();
    let folder = place.file("it's here");
    fs::create_dir(&folder).unwrap();
    let db = folder.join("kanban.db");
    fs::rename(place.db(), &db).unwrap();
    let args = ["--confirm", "20ms", "--db"];
    let ran = place.untouched(|| zombie_sweeper(args).args([&db]).run());
    let said = ran.failure(place.path());
    assert_snapshot!(said, @r"
    exit 65
    error: the schema is not Orchestra's but fits the profile hermes-kanban, which ships; a sweep that writes wants it named: `zombie-sweeper --profile hermes-kanban --confirm 20ms --db '~/it'\''s here/kanban.db'`
    ");
    let command = ran.stderr.split('`').nth(1).unwrap();
    let mut shell = Command::new("/bin/sh");
    let path = Path::new(BINARY).parent().unwrap();
    shell.args(["-c", command]).env("PATH", path);
    let summary = Program::by(shell).run().summary();
    assert_eq!(
        (&summary["profile"], &summary["reaped"]),
        (&json!(NAME), &json!(2))
    );
}

#[test]
fn what_is_named_is_in_force_whatever_else_fits() {
    let place = board();
    for args in [&["-n"][..], &["schema"], &[]] {
        let ran = place.sweeper(args).args(["--profile", "orchestra"]).run();
        let said = ran.failure(place.path());
        assert!(
            said.starts_with("exit 65\nerror: the schema does not fit: "),
            "{said}"
        );
    }
}

/// The tables of two queues in one database.
#[test]
fn several_fit() {
    let others = Profile::shipped()
        .map(|(name, _)| name)
        .filter(|name| *name != "orchestra");
    let [first, second] = others.take(2).collect::<Vec<_>>()[..] else {
        return; // there is but one
    };
    let shapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/shapes");
    let schemas = [first, second].map(|name| fs::read_to_string(shapes.join(format!("{name}.sql"))).unwrap());
    let place = Place::foreign(&schemas.concat());
    let expected = format!(
        "exit 65\nerror: the schema is not Orchestra's but fits several profiles that ship: {first}, {second}; name the right one \
         with --profile\n"
    );
    for args in [&[][..], &["-n"], &["schema"]] {
        let ran = place.untouched(|| place.sweeper(args).run());
        assert_eq!(ran.failure(place.path()), expected);
    }
    let named = place.sweeper(&["-n", "--profile", second]).run().summary();
    assert_eq!(named["profile"], second);
}

/// What is said of it, without what was looked for.
#[track_caller]
fn unfit(place: &Place, args: &[&str]) -> String {
    let said = place
        .untouched(|| place.sweeper(args).run())
        .failure(place.path());
    let (exit, rest) = said
        .split_once("error: the schema does not fit: tasks: expected a table tasks; ")
        .unwrap();
    assert_eq!(exit, "exit 65\n");
    let (_, rest) = rest.split_once("events: expected a table task_events").unwrap();
    rest.split_once("; nor ").unwrap().1.to_owned()
}

#[test]
fn nothing_fits() {
    let place = Place::foreign(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, status TEXT, updated_at TEXT);
         CREATE TABLE jobs (id INTEGER PRIMARY KEY, name TEXT, status TEXT, heartbeat TEXT);
         CREATE TABLE job_notes (id INTEGER PRIMARY KEY, job_id INTEGER, note TEXT);",
    );
    assert_snapshot!(unfit(&place, &[]), @"does any other profile fit that ships; the closest table is jobs (id, status, heartbeat); `zombie-sweeper schema --init` drafts one");
    assert_eq!(unfit(&place, &["--dry-run"]), unfit(&place, &[]));
    assert_eq!(unfit(&place, &["schema"]), unfit(&place, &[]));
    let place = Place::foreign("CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT)");
    assert_snapshot!(unfit(&place, &[]), @"does any other profile fit that ships; `zombie-sweeper schema --init` drafts one");
}

#[test]
fn a_queue_that_shows_nothing_but_starts_wants_to_know_how_long_a_task_may_take() {
    let place = Place::foreign(include_str!("../shapes/litequeue.sql"));
    let sweep = ["--profile", "litequeue"];
    let refused = inside(&place, &sweep).run().exits(2).stderr;
    assert!(
        refused.contains("say with --stale-after how long the longest may take"),
        "{refused}"
    );
    // To look is always allowed, and warns.
    let looked = inside(&place, &sweep).args(THEN).run().exits(0).summary();
    let warnings = texts(&looked["warnings"]);
    assert!(
        warnings
            .iter()
            .any(|warning| warning.starts_with("nothing but its start shows")),
        "{warnings:?}"
    );
    let swept = inside(&place, &sweep)
        .args(["--quiet", "--stale-after", "2h"])
        .run()
        .exits(0)
        .json();
    assert_eq!(swept["reaped"], 2);
}

#[test]
fn a_queue_whose_workers_beat_does_not() {
    let place = board();
    inside(&place, &["--profile", NAME]).run().exits(0);
}
