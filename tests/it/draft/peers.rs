//! The queues whose profiles ship, drafted as if nobody knew them: what their profiles say is what is to be found.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use zombie_sweeper::Profile;

use super::{Drafted, keys, reaped};

/// What is asked of a role.
struct Compared {
    role: String,
    shipped: Vec<String>,
    drafted: Vec<String>,
}

impl Compared {
    /// A run has ended by more words than a few rows have.
    fn is_right(&self) -> bool {
        if self.role == "runs.words.finished" {
            return !self.drafted.is_empty() && self.drafted.iter().all(|word| self.shipped.contains(word));
        }
        self.shipped == self.drafted
    }

    /// Something else is named, and a dry run would believe it.
    fn is_wrong(&self) -> bool {
        let is_never_asked = ["project", "project_id", "open", "abandoned", "next_eligible"];
        let last = self.role.rsplit('.').next().unwrap();
        let is_less =
            self.role.ends_with("running") && self.drafted.iter().all(|word| self.shipped.contains(word));
        !self.is_right() && !self.drafted.is_empty() && !is_never_asked.contains(&last) && !is_less
    }
}

/// Everything but what a reap does besides, which is the choice of whoever writes the profile, and what only the history of
/// reaps asks for.
fn is_role(key: &str) -> bool {
    let own = [
        "tasks.clear",
        "tasks.stamp",
        "tasks.increment",
        "tasks.where",
        "runs.clear",
        "tasks.words.completed",
        "tasks.words.failed",
        "runs.words.completed",
    ];
    key.contains('.')
        && !own.contains(&key)
        && !key.starts_with("database.")
        && !key.contains(".set.")
        && key != "events.words.reaped"
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn rows(name: &str) -> String {
    read(&format!("tests/it/shapes/{name}.sql"))
}

fn shipped(name: &str) -> String {
    read(&format!("src/profile/{name}.toml"))
}

fn compare(name: &str) -> Vec<Compared> {
    let drafted = Drafted::of(&rows(name));
    if std::env::var("SHOW_DRAFT").is_ok_and(|shown| shown == name) {
        println!("{}", drafted.text);
    }
    let shipped = keys(&shipped(name));
    let roles = shipped.iter().filter(|(key, _)| is_role(key));
    let roles = roles.map(|(role, shipped)| {
        let mut drafted = drafted.keys.get(role).cloned().unwrap_or_default();
        let mut shipped = shipped.clone();
        shipped.sort();
        drafted.sort();
        Compared {
            role: role.clone(),
            shipped,
            drafted,
        }
    });
    roles.collect()
}

fn peers() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(shapes) = fs::read_dir(root.join("tests/it/shapes")) else {
        return Vec::new();
    };
    let mut names: Vec<_> = shapes
        .map(|shape| {
            shape
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .filter(|name| root.join(format!("src/profile/{name}.toml")).exists())
        .collect();
    names.sort();
    names
}

/// Of these a tenth more is left open, and why.
const LEFT_TO_THEIR_READER: [(&str, &str); 1] = [(
    "plainjob",
    "its words are bare numbers, and nothing in a row shows that somebody is at it",
)];

#[test]
fn nine_roles_of_ten_are_found_and_none_is_wrong() {
    let mut report = String::new();
    let (mut all_right, mut all, mut wrong, mut few) = (0, 0, 0, Vec::new());
    let (mut all_found, mut all_named) = (0, 0);
    for name in peers() {
        let compared = compare(&name);
        let right = compared.iter().filter(|compared| compared.is_right()).count();
        let named: Vec<_> = compared
            .iter()
            .filter(|compared| !compared.shipped.is_empty())
            .collect();
        let found = named.iter().filter(|compared| compared.is_right()).count();
        let lines = compared.iter().filter(|compared| !compared.is_right());
        writeln!(
            report,
            "{name}: {right} of {} right, {found} of {} named",
            compared.len(),
            named.len()
        )
        .unwrap();
        for compared in lines {
            let is_wrong = if compared.is_wrong() { "  WRONG" } else { "" };
            writeln!(
                report,
                "    {}: {:?}, drafted {:?}{is_wrong}",
                compared.role, compared.shipped, compared.drafted
            )
            .unwrap();
        }
        let expected = if LEFT_TO_THEIR_READER.iter().any(|(peer, _)| *peer == name) {
            8
        } else {
            9
        };
        if right * 10 < compared.len() * expected {
            few.push(name.clone());
        }
        all_found += found;
        all_named += named.len();
        all_right += right;
        all += compared.len();
        wrong += compared.iter().filter(|compared| compared.is_wrong()).count();
    }
    println!("{report}");
    assert!(all_right * 10 >= all * 9, "{all_right} of {all}\n{report}");
    assert!(
        all_found * 10 >= all_named * 9,
        "{all_found} of {all_named}\n{report}"
    );
    assert!(few.is_empty(), "{few:?}\n{report}");
    assert_eq!(wrong, 0, "{report}");
}

/// Rows that no column of the queue tells from those of lost workers: what their profiles know of them is knowledge of the
/// queue's own code.
const KNOWN_BY_CODE_ALONE: [(&str, &[&str]); 1] = [
    // No attempt is left, and asked to stop in its metadata.
    ("river", &["3", "4"]),
];

#[test]
fn a_dry_run_reaps_no_other_than_with_the_profile_that_ships() {
    for name in peers() {
        let mut drafted = Drafted::of(&rows(&name));
        if !drafted.missing.is_empty() {
            let missing: Vec<_> = drafted.missing.iter().map(String::as_str).collect();
            drafted.refused(&missing);
            continue;
        }
        let profile = drafted.profile();
        let found = reaped(&mut drafted.conn, profile);
        let Ok(profile) = Profile::from_toml(&shipped(&name)) else {
            continue;
        };
        let known = KNOWN_BY_CODE_ALONE
            .iter()
            .find(|(of, _)| *of == name)
            .map_or(&[][..], |(_, ids)| ids);
        let mut wanted = reaped(&mut drafted.conn, profile);
        wanted.extend(known.iter().map(|id| (*id).to_owned()));
        let wrong: Vec<_> = found.iter().filter(|id| !wanted.contains(id)).collect();
        assert!(
            wrong.is_empty(),
            "{name}: {wrong:?} of {found:?}, not of {wanted:?}\n{}",
            drafted.text
        );
        assert!(!found.is_empty(), "{name}\n{}", drafted.text);
    }
}
