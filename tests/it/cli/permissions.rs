//! A queue that the sweeper may not or cannot read or write. A dry run asks for no more than to read it.

use insta::assert_snapshot;

use super::place::Place;
use super::program::Program;

#[track_caller]
fn sweep_is_refused(place: &Place, sweep: Option<Program>) -> Option<String> {
    let ran = place.untouched(|| sweep.map(Program::run))?;
    Some(ran.failure(place.path()))
}

#[track_caller]
fn dry_run_works(dry_run: Option<Program>) {
    if let Some(program) = dry_run {
        assert_eq!(program.run().summary()["reaped"], 1);
    }
}

fn both_modes() -> [Place; 2] {
    let story = |world: crate::world::World| world.zombie("t1");
    [Place::queue(story), Place::queue_with_journal(story)]
}

#[test]
fn file_that_may_not_be_read() {
    insta::allow_duplicates! {
        for place in both_modes() {
            place.mode("orchestra.db", 0);
            for args in [&["--dry-run"][..], &[]] {
                let Some(said) = sweep_is_refused(&place, place.unprivileged_sweeper(args)) else {
                    return;
                };
                assert_snapshot!(said, @"
                exit 77
                error: no permission to open ~/orchestra.db: run as the user or group that owns the queue: Permission denied (os error 13)
                ");
            }
        }
    }
}

#[test]
fn folder_that_may_not_be_entered() {
    let place = Place::queue(|world| world.zombie("t1"));
    place.mode(".", 0);
    let Some(program) = place.unprivileged_sweeper(&[]) else {
        return;
    };
    assert_snapshot!(program.run().failure(place.path()), @"
    exit 77
    error: no permission to open ~/orchestra.db: run as the user or group that owns the queue: Permission denied (os error 13)
    ");
}

#[test]
fn file_that_may_not_be_written() {
    insta::allow_duplicates! {
        for place in both_modes() {
            place.mode("orchestra.db", 0o444);
            let Some(said) = sweep_is_refused(&place, place.unprivileged_sweeper(&[])) else {
                return;
            };
            assert_snapshot!(said, @"
            exit 77
            error: ~/orchestra.db cannot be written: its file, its directory or its mount is read-only, and a sweep must write; what only reads, such as a sweep with --dry-run, works all the same
            ");
            dry_run_works(place.unprivileged_sweeper(&["--dry-run"]));
        }
    }
}

/// In WAL mode the first read needs a file beside the database; else the first write does.
#[test]
fn folder_that_may_not_be_written() {
    let [log, journal] = both_modes();
    let said = [&log, &journal].map(|place| {
        place.mode("orchestra.db", 0o666);
        place.mode(".", 0o555);
        dry_run_works(place.unprivileged_sweeper(&["--dry-run"]));
        sweep_is_refused(place, place.unprivileged_sweeper(&[]))
    });
    let [Some(log), Some(journal)] = said else { return };
    assert_snapshot!(log, @"
    exit 77
    error: ~/orchestra.db cannot be written: its file, its directory or its mount is read-only, and a sweep must write; what only reads, such as a sweep with --dry-run, works all the same
    ");
    assert_snapshot!(journal, @"
    exit 77
    error: failed to reap task t1: attempt to write a readonly database; its file, its directory or its mount is read-only; what only reads, such as a sweep with --dry-run, works all the same
    ");
}

#[test]
fn mount_that_cannot_be_written() {
    insta::allow_duplicates! {
        for place in both_modes() {
            let Some(said) = sweep_is_refused(&place, place.sweeper_on_a_read_only_mount(&[])) else {
                return;
            };
            assert_snapshot!(said, @"
            exit 77
            error: ~/orchestra.db cannot be written: its file, its directory or its mount is read-only, and a sweep must write; what only reads, such as a sweep with --dry-run, works all the same
            ");
            dry_run_works(place.sweeper_on_a_read_only_mount(&["--dry-run"]));
        }
    }
}

/// The journal is made at the first write. A log is made at the first read, and then it is known what for.
#[test]
fn disk_that_takes_no_more_files() {
    let [log, journal] = both_modes();
    let said = [&log, &journal].map(|place| {
        let sweep = place.sweeper_on_a_disk_without_inodes(&[]);
        sweep_is_refused(place, sweep)
    });
    let [Some(log), Some(journal)] = said else { return };
    assert_snapshot!(log, @"
    exit 74
    error: no file can be made beside ~/orchestra.db: No space left on device (os error 28)
    ");
    assert_snapshot!(journal, @"
    exit 74
    error: failed to reap task t1: unable to open database file; no file could be made beside it: has the disk room left, for more files (inodes) too?
    ");
}
