//! Real files: what is told of them, and that none is changed.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use super::super::place::Place;
use super::{ask, codes, diagnosis, healthy, seen, untouched};

#[test]
fn name_that_may_be_the_wrong_one() {
    let place = healthy();
    fs::create_dir(place.file("elsewhere")).unwrap();
    fs::hard_link(place.db(), place.file("elsewhere/link.db")).unwrap();
    let diagnosis = ask(&place, &["--trial"]);
    assert_eq!(codes(&diagnosis), ["error second_name"]);
    assert_eq!(diagnosis["scanned"], 0, "it was not read");
}

#[test]
fn right_name_of_several() {
    let (place, _orchestrator) = Place::with_a_live_log();
    fs::create_dir(place.file("elsewhere")).unwrap();
    fs::hard_link(place.db(), place.file("elsewhere/link.db")).unwrap();
    let diagnosis = ask(&place, &[]);
    assert!(
        codes(&diagnosis).contains(&"warning second_name".to_owned()),
        "{diagnosis:#}"
    );
    assert_eq!(diagnosis["scanned"], 2);
}

#[test]
fn rollback_journal() {
    let place = Place::queue_with_journal(|world| world.alive("t1").bare_task("t2"));
    assert_eq!(codes(&ask(&place, &[])), ["notice rollback_journal"]);
}

#[test]
fn everybody_may_write() {
    let place = healthy();
    place.mode("orchestra.db", 0o666);
    let diagnosis = ask(&place, &[]);
    assert_eq!(codes(&diagnosis), ["warning writable_by_all"]);
    assert!(seen(&diagnosis, "writable_by_all").ends_with("(mode 0666)"));
}

#[test]
fn log_that_a_crash_left_behind() {
    let place = Place::with_a_log_left_behind();
    let codes = codes(&ask(&place, &[]));
    assert!(codes.contains(&"notice log_left".to_owned()), "{codes:?}");
    assert!(codes.contains(&"notice read_from_copy".to_owned()), "{codes:?}");
}

/// The clock of the files and that of the program are one; a file of the future was written before it was set.
#[test]
fn file_of_the_future() {
    let place = healthy();
    #[expect(
        clippy::disallowed_methods,
        reason = "the program takes the time from the clock"
    )]
    let later = SystemTime::now() + Duration::from_secs(3600);
    File::options()
        .write(true)
        .open(place.db())
        .unwrap()
        .set_modified(later)
        .unwrap();
    assert_eq!(codes(&ask(&place, &[])), ["warning clock_stepped"]);
}

/// Whoever only watches can ask, and is told that it could not sweep.
#[test]
fn user_who_may_only_read() {
    let place = healthy();
    place.mode("orchestra.db", 0o644);
    let Some(program) = place.unprivileged_sweeper(&["doctor", "--trial", "--fail-on", "error"]) else {
        return;
    };
    let diagnosis = untouched(&place, program);
    let codes = codes(&diagnosis);
    assert!(codes.contains(&"notice not_writable".to_owned()), "{codes:?}");
    assert!(codes.contains(&"warning trial_not_made".to_owned()), "{codes:?}");
    assert_eq!(diagnosis["scanned"], 1);
}

#[test]
fn mount_that_cannot_be_written() {
    let place = healthy();
    let Some(program) = place.sweeper_on_a_read_only_mount(&["doctor"]) else {
        return;
    };
    let ran = place.untouched(|| program.run()).exits(0);
    assert!(codes(&diagnosis(&ran)).contains(&"error not_writable".to_owned()));
}
