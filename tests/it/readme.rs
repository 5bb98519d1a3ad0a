//! What the README shows is what happens.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the program as the README calls it, on the demo's database.
fn run(command: &str, db: &Path) -> Output {
    let mut words = command.split_whitespace();
    assert_eq!(
        words.next(),
        Some("zombie-sweeper"),
        "the README runs something else: {command}"
    );
    Command::new(env!("CARGO_BIN_EXE_zombie-sweeper"))
        .args(words)
        .env("ORCHESTRA_DB", db)
        .output()
        .unwrap()
}

fn demo_database(folder: &Path) -> PathBuf {
    let demo = Command::new(env!("CARGO_BIN_EXE_zombie-sweeper"))
        .args(["demo", "--keep"])
        .env("TMPDIR", folder)
        .output()
        .unwrap();
    assert!(demo.status.success());
    let kept = fs::read_dir(folder)
        .unwrap()
        .next()
        .expect("the demo keeps a folder")
        .unwrap();
    kept.path().join("orchestra.db")
}

/// Every ```` ```console ```` block: its command and what it prints.
fn console_blocks(markdown: &str) -> Vec<(String, String)> {
    let blocks = markdown.split("```console\n$ ").skip(1);
    blocks
        .map(|block| {
            let block = block.split("```").next().unwrap();
            let (command, output) = block.split_once('\n').unwrap();
            (command.to_owned(), output.to_owned())
        })
        .collect()
}

/// Without what differs from run to run: when, and how fast.
fn timeless(output: &str) -> String {
    if let Ok(mut summary) = serde_json::from_str::<Value>(output) {
        summary["swept_at"] = Value::Null;
        summary["duration_ms"] = Value::Null;
        let zombies = summary["zombies"].as_array_mut().unwrap();
        zombies.truncate(1); // the page shows the first
        zombies[0]["sign_of_life"] = Value::Null;
        zombies[0]["age_s"] = Value::Null;
        return summary.to_string();
    }
    output
        .lines()
        .map(|line| {
            line.rsplit_once(", ")
                .filter(|(_, end)| end.ends_with(" ms."))
                .map_or(line, |(start, _)| start)
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn its_commands_print_what_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let db = demo_database(folder.path());
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = console_blocks(&readme);
    assert_eq!(blocks.len(), 2, "the README has two console blocks");
    for (command, shown) in blocks {
        let ran = run(&command, &db);
        assert!(
            ran.status.success(),
            "{command} failed: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        assert_eq!(
            timeless(&String::from_utf8(ran.stdout).unwrap()),
            timeless(&shown),
            "{command}"
        );
    }
}

#[test]
fn its_exit_codes_are_those_of_the_help() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let table = readme
        .split("## Exit codes")
        .nth(1)
        .unwrap()
        .split("##")
        .next()
        .unwrap();
    let documented: Vec<_> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .filter(|(code, _)| code.parse::<u8>().is_ok())
        .map(|(code, meaning)| format!("{code:>5}  {}", meaning.replace('`', "")))
        .collect();
    let help = Command::new(env!("CARGO_BIN_EXE_zombie-sweeper"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let listed: Vec<_> = help
        .split("Exit codes:\n")
        .nth(1)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(documented, listed);
}

#[test]
fn its_recurring_task_fits_the_default_schema() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let sql = readme
        .split("```sql\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let conn = rusqlite::Connection::open_in_memory().unwrap();
    conn.execute_batch(include_str!("orchestra.sql")).unwrap();
    conn.execute(
        "INSERT INTO projects VALUES ('p1', 'SciDEX', '2026-04-11T03:18:00Z')",
        [],
    )
    .unwrap();
    assert_eq!(conn.execute(sql, []).unwrap(), 1);
}
