//! `schema --init`: the draft of a profile, on standard output or in a new file.

use std::fs;

use insta::assert_snapshot;
use zombie_sweeper::rusqlite::Connection;

use super::place::Place;
use super::program::zombie_sweeper;

const JOBS: &str = "
    CREATE TABLE crawl_jobs (id INTEGER PRIMARY KEY, phase TEXT NOT NULL DEFAULT 'waiting', beat_at TEXT, host TEXT, ended_at TEXT);
    INSERT INTO crawl_jobs VALUES (1, 'fetching', '2020-01-01T00:00:00Z', 'h1', NULL), (2, 'waiting', NULL, NULL, NULL),
        (3, 'done', '2020-01-01T00:00:00Z', 'h1', '2020-01-01T00:00:00Z');";

fn jobs() -> Place {
    let place = Place::empty();
    Connection::open(place.db()).unwrap().execute_batch(JOBS).unwrap();
    place
}

#[test]
fn on_standard_output() {
    let place = jobs();
    let ran = place.untouched(|| place.sweeper(&["schema", "--init"]).run().exits(0));
    assert_eq!(ran.stderr, "");
    let first = ran.stdout.lines().next().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        first,
        format!(
            "# A draft of a profile for orchestra.db, by zombie-sweeper {version}: read it before it is used."
        )
    );
}

#[test]
fn whatever_the_format_and_the_profile() {
    let place = jobs();
    let plain = place.sweeper(&["schema", "--init"]).run().exits(0).stdout;
    for args in [
        ["--format", "text"],
        ["--format", "json"],
        ["--profile", "apalis"],
    ] {
        assert_eq!(
            place
                .sweeper(&["schema", "--init"])
                .args(args)
                .run()
                .exits(0)
                .stdout,
            plain
        );
    }
}

/// From nothing known to a dry run, as the draft itself says how.
#[test]
fn in_a_file_that_a_dry_run_takes() {
    let place = jobs();
    let file = place.file("jobs.toml");
    let file = file.to_str().unwrap();
    let ran = place
        .sweeper(&["schema", "--init", "--output", file])
        .run()
        .exits(0);
    assert_eq!((ran.stdout, ran.stderr), (String::new(), String::new()));
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(place.sweeper(&["schema", "--init"]).run().stdout, text);
    place.sweeper(&["schema", "--profile", file]).run().exits(0);
    let summary = place.sweeper(&["--profile", file, "--dry-run"]).run().summary();
    assert_eq!(summary["task_ids"], serde_json::json!(["1"]));
}

/// As other programs take it: no file is called so.
#[test]
fn on_standard_output_by_a_stroke() {
    let place = jobs();
    let plain = place.sweeper(&["schema", "--init"]).run().exits(0).stdout;
    let args = ["schema", "--init", "--output", "-"];
    let ran = place.untouched(|| place.sweeper(&args).run().exits(0));
    assert_eq!((ran.stdout, ran.stderr), (plain, String::new()));
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let place = jobs();
    let file = place.write("jobs.toml", "mine");
    let args = ["schema", "--init", "--output", file.to_str().unwrap()];
    let said = place
        .untouched(|| place.sweeper(&args).run())
        .failure(place.path());
    assert_snapshot!(said, @"
    exit 74
    error: ~/jobs.toml is there already: expected a new file, and nothing is overwritten
    ");
}

#[test]
fn a_file_where_none_can_be() {
    let place = jobs();
    let file = place.file("no/such/folder.toml");
    let args = ["schema", "--init", "--output", file.to_str().unwrap()];
    let said = place
        .untouched(|| place.sweeper(&args).run())
        .failure(place.path());
    assert_snapshot!(said, @"
    exit 66
    error: failed to write ~/no/such/folder.toml: No such file or directory (os error 2)
    ");
}

#[test]
fn a_file_on_a_full_disk_is_taken_away_again() {
    let place = jobs();
    let full = "ulimit -f 1; trap '' XFSZ; exec \"$0\" \"$@\"";
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", full, super::program::BINARY, "--db"])
        .arg(place.db());
    shell.env("LLVM_PROFILE_FILE", "/dev/null"); // where coverage is counted, its file may not grow either
    let file = place.file("jobs.toml");
    let ran = super::program::Program::by(shell)
        .args(["schema", "--init", "--output", file.to_str().unwrap()])
        .run();
    assert_eq!(ran.exit, 74, "{}", ran.stderr);
    assert!(ran.stderr.contains("failed to write"), "{}", ran.stderr);
    assert!(!file.exists());
}

#[test]
fn a_database_without_a_table() {
    let place = Place::empty();
    Connection::open(place.db())
        .unwrap()
        .execute_batch("PRAGMA user_version = 1")
        .unwrap();
    let said = place
        .untouched(|| place.sweeper(&["schema", "--init"]).run())
        .failure(place.path());
    assert_snapshot!(said, @"
    exit 65
    error: the database has no table: expected the tables of a queue
    ");
}

#[test]
fn no_database() {
    let place = Place::empty();
    let said = place.sweeper(&["schema", "--init"]).run().failure(place.path());
    assert_snapshot!(said, @"
    exit 66
    error: no database at ~/orchestra.db: expected an existing SQLite file, and none is created; name the database with --db, or in ORCHESTRA_DB
    ");
}

#[test]
fn output_is_of_the_draft_alone() {
    let said = zombie_sweeper(["schema", "--output", "x.toml"]).run();
    assert_eq!(said.exit, 2, "{}", said.stderr);
    let said = zombie_sweeper(["schema", "--init", "--list"]).run();
    assert_eq!(said.exit, 2, "{}", said.stderr);
    let said = zombie_sweeper(["--init"]).run();
    assert_eq!(said.exit, 2, "{}", said.stderr);
}
