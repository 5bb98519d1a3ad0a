//! The demo: a story told on a database of its own.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::output::timeless;
use super::place::Place;
use super::program::{BINARY, Program, Ran, zombie_sweeper};

fn demo(temp: &Place, args: &[&str]) -> Ran {
    let ran = zombie_sweeper(["demo"])
        .args(args)
        .env("TMPDIR", temp.path())
        .run()
        .exits(0);
    assert_eq!(ran.stderr, "");
    ran
}

/// The output, without what differs from run to run: the program's place, the demo's folder, the time, exact ages
/// and how long it took.
fn stable(temp: &Place, stdout: &str) -> String {
    let own = |word: &&str| word.starts_with(temp.path().to_str().unwrap());
    let mut stable = stdout.replace(BINARY, "zombie-sweeper");
    if let Some(db) = stdout.split_whitespace().find(own) {
        stable = stable.replace(db, "[folder]/orchestra.db");
    }
    let words = stable.split_inclusive(char::is_whitespace);
    let is_moment = |word: &str| word.matches(':').count() == 2 && word.contains('T') && word.contains('Z');
    let words = words.map(|word| {
        if is_moment(word) {
            word.replace(|c: char| c.is_ascii_digit(), "0")
        } else {
            word.to_owned()
        }
    });
    let days = words.map(|word| {
        if is_day(&word) {
            word.replace(|c: char| c.is_ascii_digit(), "0")
        } else {
            word
        }
    });
    let days = days.collect::<String>();
    let lines = days
        .split_inclusive('\n')
        .map(|line| match line.split_once("age_s: ") {
            Some((before, _)) => format!("{before}age_s: [age]\n"),
            None => line.to_owned(),
        });
    timeless(&lines.collect::<String>())
}

/// Such as 2026-04-11.
fn is_day(word: &str) -> bool {
    let word = word.trim_end();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    (word.len(), digits, word.matches('-').count()) == (10, 8, 2)
}

fn commands<'a>(stdout: &'a str, program: &str) -> Vec<&'a str> {
    let commands = stdout.lines().filter_map(|line| line.strip_prefix("$ "));
    commands.filter(|command| command.starts_with(program)).collect()
}

fn shell(command: &str) -> Ran {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    Program::by(shell).run()
}

#[test]
fn tells_its_story_and_leaves_nothing() {
    let temp = Place::empty();
    let ran = demo(&temp, &[]);
    assert_snapshot!(stable(&temp, &ran.stdout));
    assert!(temp.names().is_empty(), "{:?}", temp.names());
}

#[test]
fn takes_no_more_of_your_time_than_reading_it() {
    #[expect(clippy::disallowed_methods, reason = "how long the demo takes")]
    let started = Instant::now();
    demo(&Place::empty(), &[]);
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn keeps_the_database_by_variable_too() {
    let temp = Place::empty();
    let keep = |value: &str| {
        let demo = zombie_sweeper(["demo"]).env("TMPDIR", temp.path());
        demo.env("ZOMBIE_SWEEPER_KEEP", value).run().exits(0);
        temp.names().len()
    };
    assert_eq!((keep("0"), keep("1")), (0, 1));
}

#[test]
fn kept_database_answers_to_each_command_as_printed() {
    let temp = Place::empty();
    let told = demo(&temp, &["--keep"]).stdout;
    assert_eq!(temp.names().len(), 1);
    let db = temp.file(&temp.names()[0]).join("orchestra.db");
    assert!(told.contains(db.to_str().unwrap()), "{told}");
    assert!(db.is_file());
    let commands = commands(&told, BINARY);
    assert_eq!(commands.len(), 5, "{told}");
    let beginnings = [
        "Would reap 12 zombie tasks.",
        "Task S-08",
        "Reaped 12 zombie tasks.",
        "12 reaps.",
        "No zombie tasks found.",
    ];
    for (command, beginning) in commands.iter().zip(beginnings) {
        let ran = shell(command).exits(0);
        assert!(ran.stdout.starts_with(beginning), "{command}: {}", ran.stdout);
        assert!(told.contains(ran.stdout.lines().next().unwrap()));
    }
}

#[test]
fn kept_database_answers_to_the_sqlite_shell_as_printed() {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        return super::privilege::skipped("there is no sqlite3");
    }
    let temp = Place::empty();
    let told = demo(&temp, &["--keep"]).stdout;
    for command in commands(&told, "sqlite3") {
        shell(command).exits(0);
    }
}

#[test]
fn folder_may_have_a_name_that_a_shell_would_take_apart() {
    let temp = Place::empty();
    let folder = temp.file("it's a folder");
    std::fs::create_dir(&folder).unwrap();
    let told = zombie_sweeper(["demo", "--keep"])
        .env("TMPDIR", &folder)
        .run()
        .exits(0)
        .stdout;
    let ran = shell(commands(&told, BINARY)[0]).exits(0);
    assert!(ran.stdout.starts_with("Would reap 12"), "{}", ran.stdout);
}

#[test]
fn needs_a_folder_for_its_database() {
    let temp = Place::empty();
    let ran = zombie_sweeper(["demo"]).env("TMPDIR", temp.file("nowhere")).run();
    assert!(ran.exit > 2, "{}", ran.exit);
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.starts_with("error: failed to make a temporary folder"),
        "{}",
        ran.stderr
    );
}

#[test]
fn reader_that_stops_reading_is_no_failure() {
    let temp = Place::empty();
    let line = format!(
        "{BINARY} demo | head -n 1; ! test -d {}/zombie*",
        temp.path().display()
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &line]).env("TMPDIR", temp.path());
    let ran = Program::by(shell).run();
    assert_eq!(ran.stderr, "");
    assert!(Path::new(temp.path()).is_dir() && temp.names().is_empty());
}
