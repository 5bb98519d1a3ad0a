//! What the program says of itself.

use std::process::Command;

use insta::assert_snapshot;

use super::program::{BINARY, zombie_sweeper};

/// The widest line that a terminal of common width shows whole.
const COLUMNS: usize = 110;

fn printed(args: &[&str]) -> String {
    let ran = zombie_sweeper(args).run().exits(0);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

fn without_trailing_blanks(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn short() {
    assert_snapshot!(printed(&["-h"]));
}

#[test]
fn long() {
    assert_snapshot!(without_trailing_blanks(&printed(&["--help"])));
}

#[test]
fn of_schema() {
    assert_snapshot!(printed(&["schema", "--help"]));
}

#[test]
fn of_explain() {
    assert_snapshot!(without_trailing_blanks(&printed(&["explain", "--help"])));
}

#[test]
fn of_history() {
    assert_snapshot!(printed(&["history", "--help"]));
}

#[test]
fn of_outcomes() {
    assert_snapshot!(printed(&["outcomes", "--help"]));
}

#[test]
fn of_doctor() {
    assert_snapshot!(printed(&["doctor", "--help"]));
}

#[test]
fn of_watch() {
    assert_snapshot!(printed(&["watch", "--help"]));
}

#[test]
fn of_serve() {
    assert_snapshot!(printed(&["serve", "--help"]));
}

#[test]
fn of_demo() {
    assert_snapshot!(printed(&["demo", "--help"]));
}

#[test]
fn is_a_command_too() {
    assert_eq!(printed(&["help"]), printed(&["--help"]));
    for command in ["schema", "demo"] {
        assert_eq!(printed(&["help", command]), printed(&[command, "--help"]));
    }
    let ran = zombie_sweeper(["help", "shcema"]).run().exits(2);
    assert!(ran.stderr.contains("'shcema'"), "{}", ran.stderr);
}

#[test]
fn version_is_the_packages() {
    let line = format!("zombie-sweeper {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(printed(&["--version"]), line);
    assert_eq!(printed(&["-V"]), line);
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    for args in [
        &["-h"][..],
        &["--help"],
        &["schema", "-h"],
        &["schema", "--help"],
        &["explain", "-h"],
        &["explain", "--help"],
        &["history", "-h"],
        &["history", "--help"],
        &["outcomes", "-h"],
        &["outcomes", "--help"],
        &["doctor", "-h"],
        &["doctor", "--help"],
        &["watch", "-h"],
        &["watch", "--help"],
        &["serve", "-h"],
        &["serve", "--help"],
        &["demo", "-h"],
        &["demo", "--help"],
    ] {
        for line in printed(args).lines() {
            assert!(line.chars().count() <= COLUMNS, "{args:?}: {line}");
        }
    }
}

#[test]
fn every_exit_code_is_listed() {
    let listed = printed(&["--help"]);
    let listed: Vec<_> = listed
        .lines()
        .skip_while(|line| *line != "Exit codes:")
        .skip(1)
        .map(|line| line.trim().split_once("  ").unwrap().0.to_owned())
        .collect();
    let exits = include_str!("../../../src/surface/exit.rs");
    let defined: Vec<_> = exits
        .lines()
        .skip_while(|line| !line.contains("enum Exit"))
        .take_while(|line| *line != "}")
        .filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "))
        .map(|(_, code)| code.to_owned())
        .collect();
    assert!(defined.len() > 10, "{defined:?}");
    assert_eq!(listed, defined);
}

#[test]
fn help_into_a_closed_pipe_is_no_panic() {
    let script = format!("{BINARY} --help | true; {BINARY} --help 2>&1 >&- | cat >&2");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn of_mcp() {
    assert_snapshot!(printed(&["mcp", "--help"]));
}
