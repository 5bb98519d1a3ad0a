//! Every option, by flag and by variable, and what is wrong usage.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::place::Place;
use super::program::{Program, zombie_sweeper};

/// Each option that takes a value: its flag, and one that cannot be read.
const BAD_VALUES: [(&str, &str); 17] = [
    ("--busy-timeout", "soon"),
    ("--now", "teatime"),
    ("--stale-after", "15"),
    ("--claim-grace", "0s"),
    ("--settle", "a while"),
    ("--confirm", "twice"),
    ("--at-most", "many"),
    ("--park-after", "0"),
    ("--park-within", "soon"),
    ("--batch-size", "0"),
    ("--format", "xml"),
    ("--log-format", "xml"),
    ("--project", ""),
    ("--task", ""),
    ("--metrics-file", "sweeper.txt"),
    ("--ledger-keep", "0s"),
    ("--token-file", "/etc/token"),
];

/// The others. Help, version and a plan, which is good for one sweep, have no variable.
const TESTED_BY_THEIR_EFFECT: [&str; 14] = [
    "--db",
    "--ledger",
    "--profile",
    "--actor",
    "--dry-run",
    "--evidence",
    "--fail-on-zombies",
    "--list",
    "--plan",
    "--socket",
    "--verbose",
    "--quiet",
    "--help",
    "--version",
];

fn queue() -> Place {
    Place::queue(|world| world.zombie("t1"))
}

fn variable(flag: &str) -> String {
    match flag {
        "--db" => "ORCHESTRA_DB".to_owned(),
        flag => format!(
            "ZOMBIE_SWEEPER_{}",
            flag.trim_start_matches("--").replace('-', "_").to_uppercase()
        ),
    }
}

/// What a usage error says, without the usage.
#[track_caller]
fn misused(program: Program) -> String {
    let ran = program.run().exits(2);
    assert_eq!(ran.stdout, "");
    ran.stderr.lines().next().unwrap().to_owned()
}

#[track_caller]
fn dry_run(place: &Place, flag: &str, value: &str) -> Value {
    let by_flag = place.sweeper(&["--dry-run", flag, value]).run().summary();
    let by_variable = place
        .sweeper(&["--dry-run"])
        .env(&variable(flag), value)
        .run()
        .summary();
    for key in [
        "reaped",
        "project",
        "actor",
        "stale_after_s",
        "claim_grace_s",
        "settle_s",
        "confirm_s",
    ] {
        assert_eq!(by_variable[key], by_flag[key], "{flag}");
    }
    by_variable
}

#[test]
fn every_option_has_its_variable_tested_here() {
    let help = zombie_sweeper(["-h"]).run().stdout;
    let options: Vec<_> = help
        .lines()
        .filter_map(|line| {
            line.trim_start()
                .split(['.', ' ', ','])
                .find(|word| word.starts_with("--"))
        })
        .collect();
    assert!(options.len() > 15, "{options:?}");
    let refused = BAD_VALUES.map(|(option, _)| option);
    for option in options {
        let tested = [&refused[..], &TESTED_BY_THEIR_EFFECT].concat();
        assert!(tested.contains(&option), "{option}");
    }
}

#[test]
fn bad_values_are_refused_by_flag_and_by_variable() {
    let place = queue();
    place.untouched(|| {
        for (flag, value) in BAD_VALUES {
            let by_flag = misused(place.sweeper(&["--dry-run", flag, value]));
            let by_variable = misused(place.sweeper(&["--dry-run"]).env(&variable(flag), value));
            assert_eq!(by_flag, by_variable, "{flag}");
            assert!(by_flag.contains(flag), "{by_flag}");
        }
    });
}

#[test]
fn verbose_by_variable() {
    let place = queue();
    let program = place.sweeper(&["--dry-run"]).env("ZOMBIE_SWEEPER_VERBOSE", "1");
    assert!(program.run().exits(0).stderr.contains("INFO"));
    misused(
        place
            .sweeper(&["--dry-run"])
            .env("ZOMBIE_SWEEPER_VERBOSE", "very"),
    );
}

#[test]
fn more_than_are_allowed_are_held_back_and_monitors_are_told() {
    let place = queue();
    place.untouched(|| {
        for program in [
            place.sweeper(&["--at-most", "0"]),
            place.sweeper(&[]).env("ZOMBIE_SWEEPER_AT_MOST", "0"),
        ] {
            let summary: Value = serde_json::from_str(&program.run().exits(3).stdout).unwrap();
            assert_eq!(summary["held_back"]["task_ids"], json!(["t1"]));
        }
        let text = place
            .sweeper(&["--at-most", "0", "--format", "text"])
            .run()
            .exits(3)
            .stdout;
        assert!(text.starts_with("Held back: 1 zombie task is due"), "{text}");
        assert!(text.contains("t1"), "{text}");
    });
}

#[test]
fn values_arrive_by_flag_and_by_variable() {
    let place = Place::queue(|world| world.zombie("t1"));
    assert_eq!(dry_run(&place, "--project", "SciDEX")["project"], "SciDEX");
    assert_eq!(dry_run(&place, "--task", "t1")["tasks"], json!(["t1"]));
    assert_eq!(dry_run(&place, "--actor", "night-watch")["actor"], "night-watch");
    assert_eq!(dry_run(&place, "--stale-after", "2m 5s")["stale_after_s"], 125.0);
    assert_eq!(dry_run(&place, "--claim-grace", "1h")["claim_grace_s"], 3600.0);
    assert_eq!(dry_run(&place, "--settle", "90s")["settle_s"], 90.0);
    assert_eq!(dry_run(&place, "--confirm", "20ms")["confirm_s"], 0.02);
    assert_eq!(dry_run(&place, "--at-most", "1")["reaped"], 1);
    assert_eq!(dry_run(&place, "--park-after", "2")["reaped"], 1);
    assert_eq!(dry_run(&place, "--park-within", "1h")["reaped"], 1);
    assert_eq!(dry_run(&place, "--batch-size", "1")["reaped"], 1);
    assert_eq!(dry_run(&place, "--busy-timeout", "1s")["reaped"], 1);
    let before = dry_run(&place, "--now", "2026-04-11T03:16:59Z");
    assert_eq!(
        (&before["reaped"], &before["swept_at"]),
        (&json!(0), &json!("2026-04-11T03:16:59.000000Z"))
    );
    assert_eq!(dry_run(&place, "--now", "2026-04-11T03:17:01Z")["reaped"], 1);
    let profile = place.write("queue.toml", "[tasks.words]\nrunning = 'at work'\n");
    for flag in ["--profile", "--schema"] {
        assert_eq!(dry_run(&place, flag, profile.to_str().unwrap())["reaped"], 0);
    }
}

/// A queue with a zombie, a profile that finds it, and one that does not.
fn two_profiles() -> (Place, [String; 2]) {
    let place = queue();
    let profiles = [("finds.toml", "running"), ("finds-none.toml", "at work")].map(|(name, word)| {
        let file = place.write(name, format!("tasks.words.running = '{word}'"));
        file.to_str().unwrap().to_owned()
    });
    (place, profiles)
}

#[test]
fn two_names_of_one_profile_are_one_too_many_where_they_differ() {
    let (place, [finds, finds_none]) = two_profiles();
    let by_variables = |profile: &str, schema: &str| {
        place
            .sweeper(&["-n"])
            .env("ZOMBIE_SWEEPER_PROFILE", profile)
            .env("ZOMBIE_SWEEPER_SCHEMA", schema)
    };
    assert_eq!(by_variables(&finds, &finds).run().summary()["reaped"], 1);
    assert_eq!(
        by_variables(&finds_none, &finds_none).run().summary()["reaped"],
        0
    );
    let said = misused(by_variables(&finds, &finds_none)).replace(place.path().to_str().unwrap(), "~");
    assert_snapshot!(said, @"error: --profile (ZOMBIE_SWEEPER_PROFILE) names ~/finds.toml, its alias --schema (ZOMBIE_SWEEPER_SCHEMA) names ~/finds-none.toml: expected one of them");
    misused(place.sweeper(&["-n", "--profile", &finds, "--schema", &finds_none]));
    misused(place.sweeper(&["schema", "--profile", &finds, "--schema", &finds_none]));
}

#[test]
fn profile_by_flag_beats_the_variable_of_either_name() {
    let (place, [finds, finds_none]) = two_profiles();
    for flag in ["--profile", "--schema"] {
        for variable in ["ZOMBIE_SWEEPER_PROFILE", "ZOMBIE_SWEEPER_SCHEMA"] {
            let found = |flagged: &str, other: &str| {
                let program = place.sweeper(&["-n", flag, flagged]).env(variable, other);
                program.run().summary()["reaped"].clone()
            };
            assert_eq!(found(&finds, &finds_none), 1, "{flag}, {variable}");
            assert_eq!(found(&finds_none, &finds), 0, "{flag}, {variable}");
        }
    }
}

#[test]
fn patience_with_a_claim_is_the_patience_with_a_run_unless_set() {
    let place = queue();
    let summary = place
        .sweeper(&["--dry-run", "--stale-after", "20m"])
        .run()
        .summary();
    assert_eq!(summary["claim_grace_s"], 1200.0);
}

#[test]
fn database_by_variable() {
    let place = queue();
    let program = zombie_sweeper(["--dry-run"]).env("ORCHESTRA_DB", place.db());
    assert_eq!(program.run().summary()["reaped"], 1);
}

#[test]
fn switches_by_variable() {
    let place = queue();
    let dry = |value: &str| place.sweeper(&[]).env("ZOMBIE_SWEEPER_DRY_RUN", value);
    assert_eq!(dry("1").run().summary()["dry_run"], true);
    assert_eq!(dry("true").run().summary()["dry_run"], true);
    let failing = place
        .sweeper(&["-n"])
        .env("ZOMBIE_SWEEPER_FAIL_ON_ZOMBIES", "yes");
    failing.run().exits(3);
    let quiet = place.sweeper(&["-n", "-v"]).env("ZOMBIE_SWEEPER_QUIET", "1");
    quiet.run().summary();
    let text = place.sweeper(&["-n"]).env("ZOMBIE_SWEEPER_FORMAT", "text");
    assert!(text.run().exits(0).stdout.starts_with("Would reap"));
    let log = place
        .sweeper(&["-n", "-v"])
        .env("ZOMBIE_SWEEPER_LOG_FORMAT", "json");
    assert!(log.run().exits(0).stderr.starts_with('{'));
    for no in ["0", "false", "no"] {
        let kept = place.sweeper(&["-n"]).env("ZOMBIE_SWEEPER_FAIL_ON_ZOMBIES", no);
        kept.run().exits(0);
    }
    assert_eq!(dry("0").run().summary()["dry_run"], false);
}

#[test]
fn flag_beats_variable() {
    let place = queue();
    let program = place
        .sweeper(&[
            "--dry-run",
            "--stale-after",
            "2h",
            "--actor",
            "me",
            "--format",
            "json",
        ])
        .env("ORCHESTRA_DB", "/no/such.db")
        .env("ZOMBIE_SWEEPER_STALE_AFTER", "nonsense")
        .env("ZOMBIE_SWEEPER_ACTOR", "somebody else")
        .env("ZOMBIE_SWEEPER_FORMAT", "text");
    let summary = program.run().summary();
    assert_eq!(
        (&summary["stale_after_s"], &summary["actor"]),
        (&json!(7200.0), &json!("me"))
    );
}

#[test]
fn errors_in_values_help() {
    let place = queue();
    let said = |flag: &str, value: &str| misused(place.sweeper(&["--dry-run", flag, value]));
    assert_snapshot!(said("--stale-after", "15"), @"error: invalid value '15' for '--stale-after <TIME>': expected a time such as 90s, 15m or 72h, or `auto`");
    assert_snapshot!(said("--stale-after", "0s"), @"error: invalid value '0s' for '--stale-after <TIME>': expected more than no time at all");
    assert_snapshot!(said("--stale-after", "-5m"), @"error: unexpected argument '-5' found");
    assert_snapshot!(said("--now", "teatime"), @"error: invalid value 'teatime' for '--now <TIME>': expected a time such as 2026-04-11T03:18:00Z, or seconds since the epoch");
    assert_snapshot!(said("--project", ""), @"error: a value is required for '--project <NAME>' but none was supplied");
    assert_snapshot!(said("--batch-size", "0"), @"error: invalid value '0' for '--batch-size <N>': expected a whole number from 1 on, such as 20");
    assert_snapshot!(said("--at-most", "x"), @"error: invalid value 'x' for '--at-most <N>': expected a whole number, such as 20");
    assert_snapshot!(said("--park-after", "0"), @"error: invalid value '0' for '--park-after <N>': expected a whole number from 1 on, such as 20");
    assert_snapshot!(said("--dryrun", "x"), @"error: unexpected argument '--dryrun' found");
}

#[test]
fn sweep_of_another_time_is_refused() {
    let place = queue();
    let at = ["--now", "2030-01-01T00:00:00Z"];
    place.untouched(|| {
        misused(place.sweeper(&at));
        misused(place.sweeper(&[]).env("ZOMBIE_SWEEPER_NOW", at[1]));
        for no in ["0", "false", ""] {
            misused(place.sweeper(&at).env("ZOMBIE_SWEEPER_DRY_RUN", no));
        }
    });
}

#[test]
fn options_of_the_sweep_are_not_ignored_by_other_commands() {
    let place = queue();
    let stray = |args: &[&str]| misused(place.sweeper(args));
    assert_snapshot!(stray(&["--dry-run", "schema"]), @"error: --dry-run is an option of the sweep; `schema` takes none of that name");
    assert_snapshot!(stray(&["--stale-after", "5m", "doctor"]), @"error: --stale-after before `doctor` is that of the sweep: expected behind it, as in `doctor --stale-after …`");
    stray(&["--project", "SciDEX", "demo"]);
    stray(&["schema", "--dry-run"]);
    let by_variable = place.sweeper(&["schema"]).env("ZOMBIE_SWEEPER_DRY_RUN", "1");
    by_variable.run().exits(0);
}

#[test]
fn unknown_project() {
    let place = queue();
    let ran = place.untouched(|| place.sweeper(&["--project", "SciDex"]).run());
    assert_snapshot!(ran.failure(place.path()), @r#"
    exit 2
    error: no project "SciDex" in the database; it knows "SciDEX"
    "#);
    let ran = place.untouched(|| place.sweeper(&["-n", "--project", "nothing like it"]).run());
    assert_snapshot!(ran.failure(place.path()), @r#"
    exit 2
    error: no project "nothing like it" in the database; it knows "SciDEX"
    "#);
}

#[test]
fn monitors_are_told_of_zombies() {
    let watch = ["--fail-on-zombies"];
    let place = queue();
    let dry = place.sweeper(&watch).args(["--dry-run"]).run().exits(3);
    assert_eq!(
        (dry.json()["reaped"].clone(), dry.stderr),
        (json!(1), String::new())
    );
    assert_eq!(place.sweeper(&watch).run().exits(3).json()["reaped"], 1);
    assert_eq!(place.sweeper(&watch).run().summary()["reaped"], 0);
}

#[test]
fn misspelt_variable_is_refused() {
    let place = Place::queue(|world| world.zombie("t1"));
    let ran = place
        .sweeper(&[])
        .env("ZOMBIE_SWEEPER_DRYRUN", "true")
        .run()
        .exits(2);
    assert!(ran.stderr.contains("ZOMBIE_SWEEPER_DRYRUN"), "{}", ran.stderr);
    let status: String = place
        .connect()
        .query_row("SELECT status FROM tasks WHERE id = 't1'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(status, "running");
}

/// Else a task whose key is a number below zero could only be named with `=` or behind `--`.
#[test]
fn number_below_zero_names_a_task() {
    let place = queue();
    let unknown = |arguments: &[&str]| {
        let said = place.sweeper(arguments).run().exits(2).stderr;
        assert!(said.contains("no task \"-5\" in the database"), "{said}");
    };
    unknown(&["--task", "-5"]);
    unknown(&["--task", "-5", "-n"]);
    unknown(&["unpark", "-5"]);
    unknown(&["unpark", "-5", "--actor", "me"]);
}
