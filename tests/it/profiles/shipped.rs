//! The profiles that ship: each is whole, and fits the queue that it was made for and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;
use zombie_sweeper::Profile;
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::{ClosestTable, Schema, fitting_profiles};

use crate::world::World;

/// What lies there and is no profile.
const OTHERS: [&str; 1] = ["hints"];
/// The longest line that says what one is for.
const LINE: usize = 80;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder with this ending, by their names.
fn files(folder: &str, end: &str) -> Vec<(String, PathBuf)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == end) {
            files.push((path.file_stem().unwrap().to_str().unwrap().to_owned(), path));
        }
    }
    files.sort();
    files
}

fn names() -> Vec<&'static str> {
    Profile::shipped().map(|(name, _)| name).collect()
}

fn table_of(name: &str) -> Table {
    let path = root().join(format!("src/profile/{name}.toml"));
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_file_ships_orchestras_first() {
    let mut files: Vec<_> = files("src/profile", "toml")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    files.retain(|name| !OTHERS.contains(&name.as_str()));
    files.sort_by_key(|name| (name != "orchestra", name.clone()));
    assert_eq!(names(), files);
}

#[test]
fn each_says_in_a_line_what_it_is_for_before_all_else() {
    let is_a_line =
        |about: &str| (1..=LINE).contains(&about.chars().count()) && !about.contains(char::is_control);
    let others: Vec<_> = Profile::shipped()
        .filter(|(_, about)| !is_a_line(about))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
    for name in names() {
        let path = root().join(format!("src/profile/{name}.toml"));
        let text = fs::read_to_string(path).unwrap();
        let first = text
            .lines()
            .find(|line| !line.is_empty() && !line.starts_with('#'));
        assert!(first.unwrap().starts_with("about = "), "{name}");
    }
}

#[test]
fn each_can_be_read_and_has_its_name() {
    for name in names() {
        let profile = Profile::named(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(profile.name(), name);
    }
}

/// What it does not say, it would look for by Orchestra's names: a queue that came to have such a column would be read
/// otherwise from one day to the next.
#[test]
fn each_says_every_role_of_its_sections() {
    let built_in = table_of("orchestra");
    for name in names() {
        let profile = table_of(name);
        let says = |section: &str, key: &str| {
            let section = profile.get(section).and_then(toml::Value::as_table);
            let place = section.and_then(|section| {
                key.split_once('.').map_or_else(
                    || section.get(key),
                    |(first, key)| section.get(first)?.as_table()?.get(key),
                )
            });
            place.cloned()
        };
        for (section, keys) in built_in
            .iter()
            .filter_map(|(key, value)| Some((key, value.as_table()?)))
        {
            let Some(table) = keys.get("table") else { continue };
            assert!(table.is_str(), "{section}.table");
            let table = says(section, "table").unwrap_or_else(|| panic!("{name}: {section}.table"));
            if table.as_str() == Some("") {
                continue;
            }
            let columns = keys["columns"].as_table().unwrap().keys();
            let lists = keys.keys().filter(|key| *key == "clear").cloned();
            for key in columns.map(|column| format!("columns.{column}")).chain(lists) {
                assert!(
                    says(section, &key).is_some(),
                    "{name} does not say {section}.{key}"
                );
            }
        }
    }
}

#[test]
fn name_that_none_has() {
    let refused = |name: &str| Profile::named(name).unwrap_err().to_string();
    let said = refused("Orchestr");
    assert!(
        said.starts_with("no profile \"Orchestr\" ships; the nearest names are orchestra"),
        "{said}"
    );
    let known: BTreeSet<_> = names().into_iter().collect();
    let nearest = said.split("names are ").nth(1).unwrap();
    assert!(nearest.split(", ").all(|name| known.contains(name)), "{said}");
    for name in ["", "hints", "orchestra.toml", "ORCHESTRA"] {
        refused(name);
    }
}

#[test]
fn report_names_the_profile_in_force() {
    let swept_by = |profile: Profile| {
        World::new()
            .options(|options| options.profile(profile))
            .sweep()
            .profile
    };
    assert_eq!(swept_by(Profile::default()), "orchestra");
    assert_eq!(swept_by(Profile::named("orchestra").unwrap()), "orchestra");
    let custom = Profile::from_toml("").unwrap();
    assert_eq!(swept_by(custom.clone()), "custom");
    assert_eq!(swept_by(custom.called("night queue")), "night queue");
}

fn fitting(conn: &Connection) -> Vec<String> {
    let fitting = fitting_profiles(conn).unwrap();
    fitting.iter().map(|profile| profile.name().to_owned()).collect()
}

#[test]
fn orchestras_fits_its_own_queue() {
    assert_eq!(fitting(&World::new().conn), ["orchestra"]);
    assert!(fitting(&Connection::open_in_memory().unwrap()).is_empty());
}

#[test]
fn each_fits_the_queue_it_was_made_for_and_no_other_does() {
    let shapes = files("tests/it/shapes", "sql");
    for name in names().into_iter().filter(|name| *name != "orchestra") {
        let (_, path) = shapes
            .iter()
            .find(|(shape, _)| shape == name)
            .unwrap_or_else(|| panic!("tests/it/shapes/{name}.sql is missing"));
        let world = World::foreign(&fs::read_to_string(path).unwrap());
        assert_eq!(fitting(&world.conn), [name]);
        assert!(Schema::read(&world.conn, &Profile::default()).is_err(), "{name}");
    }
}

/// Of a queue that has changed since the profile was made for it.
#[test]
fn table_of_a_profile_that_no_longer_fits_names_it() {
    for name in names() {
        let table = table_of(name)["tasks"]["table"].as_str().unwrap().to_owned();
        if table != "tasks" {
            let world = World::foreign(&format!("CREATE TABLE \"{table}\" (id, status)"));
            let closest = ClosestTable::find(&world.conn).unwrap().unwrap();
            assert_eq!((closest.table, closest.profile.as_deref()), (table, Some(name)));
        }
    }
}

#[test]
fn table_that_comes_closest_to_one_of_tasks() {
    let closest = |schema: &str| {
        let closest = ClosestTable::find(&World::foreign(schema).conn).unwrap();
        closest.map(|closest| format!("{}: {}", closest.table, closest.columns.join(", ")))
    };
    let (users, runs) = (
        "CREATE TABLE users (id, status, updated_at);",
        "CREATE TABLE attempts (id, job, state, started_at);",
    );
    let jobs = "CREATE TABLE jobs (id, state, started_at, pinged);";
    let found = closest(&format!("{users}{runs}{jobs}"));
    assert_eq!(found.as_deref(), Some("jobs: id, state, started_at"));
    assert_eq!(closest(users).as_deref(), Some("users: id, status, updated_at"));
    assert_eq!(
        closest("CREATE TABLE notes (id, note)"),
        None,
        "every table has an id"
    );
    assert_eq!(closest(""), None);
    assert_eq!(closest(&format!("{users} CREATE TABLE tasks (id)")), None);
    let view =
        "CREATE TABLE notes (id); CREATE VIEW jobs AS SELECT id, 1 AS status, 2 AS started_at FROM notes";
    assert_eq!(closest(view), None);
}
