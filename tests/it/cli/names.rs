//! A database file that has more than one name: its log stands beside one of them only.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use super::place::Place;
use super::program::{Program, zombie_sweeper};

fn hard_link(place: &Place) -> PathBuf {
    fs::create_dir(place.file("elsewhere")).unwrap();
    let link = place.file("elsewhere/link.db");
    fs::hard_link(place.db(), &link).unwrap();
    link
}

/// What a sweep and a dry run say of it. It must be the same, and nothing may be written.
#[track_caller]
fn refused(place: &Place, program: impl Fn(&[&str]) -> Option<Program>) -> Option<String> {
    let said = |args: &[&str]| {
        let program = program(args)?;
        let ran = place.untouched(|| program.run());
        Some(ran.failure(place.path()))
    };
    let sweep = said(&[])?;
    assert_eq!(said(&["--dry-run"])?, sweep);
    assert_eq!(said(&["schema"])?, sweep);
    Some(sweep)
}

fn by(name: &Path) -> impl Fn(&[&str]) -> Option<Program> {
    move |args| Some(zombie_sweeper([Path::new("--db"), name]).args(args))
}

#[test]
fn hard_link_to_a_log_elsewhere() {
    let (place, _orchestrator) = Place::with_a_live_log();
    let link = hard_link(&place);
    assert_snapshot!(refused(&place, by(&link)).unwrap(), @"
    exit 65
    error: ~/elsewhere/link.db may be the wrong name of the database (it is one of 2 hard links to it), and its log and journal stand beside the right one: expected the path by which the orchestrator opens it; name that, and mount folders rather than single files
    ");
    assert_eq!(fs::read_dir(place.file("elsewhere")).unwrap().count(), 1);
}

/// The orchestrator may open it by the other name in the next moment.
#[test]
fn hard_link_to_a_database_that_nobody_has_open() {
    let story = |world: crate::world::World| world.zombie("t1");
    for place in [Place::queue(story), Place::queue_with_journal(story)] {
        let link = hard_link(&place);
        let said = refused(&place, by(&link)).unwrap();
        assert!(said.starts_with("exit 65\n"), "{said}");
        assert_eq!(
            refused(&place, by(&place.db())).unwrap(),
            said.replace("elsewhere/link.db", "orchestra.db")
        );
    }
}

#[test]
fn name_that_the_orchestrator_uses_is_the_right_one() {
    let (place, orchestrator) = Place::with_a_live_log();
    hard_link(&place);
    let summary = place.untouched(|| place.sweeper(&["--dry-run"]).run().summary());
    assert_eq!(summary["reaped"], 1);
    assert_eq!(place.sweeper(&[]).run().summary()["reaped"], 1);
    assert_eq!(orchestrator.value("tasks.status", "t1"), "open");
}

/// A log that a crash left behind by one name may be older than what was written by the other since.
#[test]
fn log_that_nobody_has_open_does_not_tell_the_right_name() {
    let place = Place::with_log_and_index_left_behind();
    hard_link(&place);
    assert!(refused(&place, by(&place.db())).is_some());
}

#[test]
fn file_that_is_mounted_by_itself() {
    let (place, _orchestrator) = Place::with_a_live_log();
    // A name that the list of mounts writes with numbers.
    let mounted = place.write("a mount\\of it.db", "");
    let Some(said) = refused(&place, |args| {
        place.sweeper_beside_a_mount_of_the_file(&mounted, args)
    }) else {
        return;
    };
    assert_snapshot!(said, @"
    exit 65
    error: ~/a mount\\of it.db may be the wrong name of the database (it is mounted there by itself), and its log and journal stand beside the right one: expected the path by which the orchestrator opens it; name that, and mount folders rather than single files
    ");
}

#[test]
fn folder_that_is_mounted_holds_the_log_too() {
    let (place, _orchestrator) = Place::with_a_live_log();
    let Some(program) = place.sweeper_on_a_read_only_mount(&["--dry-run"]) else {
        return;
    };
    assert_eq!(place.untouched(|| program.run()).summary()["reaped"], 1);
}
