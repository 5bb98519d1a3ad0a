//! The direction of the layers, and where clocks and files may be used.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Layer, and the modules of ours that it may use besides itself. The surface may use everything.
const LAYERS: [(&str, &[&str]); 11] = [
    ("zombie", &[]),
    ("profile", &["zombie"]),
    ("store", &["options", "profile", "zombie"]),
    ("options.rs", &["profile", "zombie"]),
    ("report.rs", &["options", "zombie"]),
    ("metrics", &["report", "zombie"]),
    ("ledger", &["error", "report", "zombie"]),
    ("error.rs", &["profile", "report", "store", "zombie"]),
    ("sweep", &["error", "options", "report", "store", "zombie"]),
    ("watch", &["options", "report", "zombie"]),
    (
        "inspect",
        &[
            "error", "options", "profile", "report", "store", "sweep", "zombie",
        ],
    ),
];

fn sources(layer: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer)];
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    assert!(!found.is_empty(), "{layer}");
    found
}

/// The code alone: comments speak of other layers freely.
fn code(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules that stand behind `crate::` or `zombie_sweeper::`, groups in braces included.
fn modules_used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for root in ["crate::", "zombie_sweeper::"] {
        for (start, _) in code.match_indices(root) {
            let rest = &code[start + root.len()..];
            match rest.strip_prefix('{') {
                None => used.extend([first_word(rest)]),
                Some(group) => {
                    let mut depth = 0;
                    let mut at_name = true;
                    for (place, character) in group.char_indices() {
                        match character {
                            '{' => depth += 1,
                            '}' if depth == 0 => break,
                            '}' => depth -= 1,
                            ',' if depth == 0 => at_name = true,
                            _ if at_name && !character.is_whitespace() => {
                                used.insert(first_word(&group[place..]));
                                at_name = false;
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }
    used
}

fn first_word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

#[test]
fn modules_are_found_behind_every_form_of_use() {
    let used =
        modules_used("use crate::a::X; use crate::{b, c::{Y, Z}, d::W as V}; fn f() -> crate::e::R {}");
    assert_eq!(
        used.iter().map(String::as_str).collect::<Vec<_>>(),
        ["a", "b", "c", "d", "e"]
    );
}

#[test]
fn layers_use_only_what_lies_below_them() {
    for (layer, may_use) in LAYERS {
        let own = layer.trim_end_matches(".rs");
        for (path, text) in sources(layer) {
            for module in modules_used(&code(&text)) {
                assert!(
                    module == own || may_use.contains(&module.as_str()),
                    "{} uses crate::{module}",
                    path.display()
                );
            }
        }
    }
}

/// No file of these layers says any of this.
fn assert_unsaid(layer: &str, unsaid: &[&str]) {
    for (path, text) in sources(layer) {
        let code = code(&text);
        for words in unsaid {
            assert!(!code.contains(words), "{} says {words}", path.display());
        }
    }
}

#[test]
fn what_a_zombie_is_is_decided_without_database_clock_or_file() {
    let outside = [
        "rusqlite",
        "tempfile",
        "std::fs",
        "std::io",
        "std::env",
        "std::net",
        "std::process",
        "std::thread",
        "SystemTime",
        "Instant",
        "::now(",
        "super::super",
        "SELECT ",
        "println!",
    ];
    assert_unsaid("zombie", &outside);
}

#[test]
fn no_layer_below_the_surface_reads_a_clock() {
    for layer in [
        "profile",
        "store",
        "ledger",
        "options.rs",
        "report.rs",
        "metrics",
        "error.rs",
    ] {
        assert_unsaid(
            layer,
            &["::now(", "'now'", "datetime(", "strftime(", "julianday("],
        );
    }
    // The one look at a clock is to see how a default that asks the clock itself writes its times.
    let clocks: usize = sources("store")
        .iter()
        .map(|(_, text)| code(text).matches("unixepoch(").count())
        .sum();
    assert_eq!(clocks, 1);
}

#[test]
fn sweep_reads_a_clock_for_its_own_duration_only() {
    let clocks: usize = sources("sweep")
        .iter()
        .map(|(_, text)| code(text).matches("::now(").count())
        .sum();
    assert_eq!(clocks, 1);
}

#[test]
fn questions_are_reckoned_without_a_clock_and_asked_by_the_store() {
    assert_unsaid("inspect", &["::now(", "Instant", "SELECT ", "prepare(", "query"]);
}

#[test]
fn nothing_below_the_surface_prints() {
    for (layer, _) in LAYERS {
        assert_unsaid(layer, &["println!", "print!(", "dbg!", "stdout()", "stderr()"]);
    }
}
