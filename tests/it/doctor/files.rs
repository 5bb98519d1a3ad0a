//! What is said of the files, whatever the system that they lie on.

use std::path::PathBuf;

use zombie_sweeper::inspect::Surroundings;
use zombie_sweeper::store::{Mount, Owner, Place, Room};

use crate::world::{World, codes, seen};

const OWNER: Owner = Owner {
    user: 1000,
    group: 1000,
    mode: 0o640,
};
const FOLDER: Owner = Owner { mode: 0o750, ..OWNER };
const GIB: u64 = 1 << 30;

/// A database as it should lie.
fn well() -> Place {
    let mut place = Place::default();
    place.path = PathBuf::from("/srv/orchestra.db");
    place.bytes = 1 << 20;
    place.is_wal = true;
    place.names = 1;
    (place.owner, place.folder, place.me) = (Some(OWNER), Some(FOLDER), Some(OWNER.user));
    (place.may_write, place.may_write_folder) = (true, true);
    place.mount = Some(Mount {
        point: PathBuf::from("/srv"),
        kind: "ext4".to_owned(),
        read_only: false,
    });
    place.room = Some(Room {
        free_bytes: 50 * GIB,
        all_bytes: 100 * GIB,
        free_files: 1_000_000,
        all_files: 2_000_000,
    });
    place
}

fn found(change: impl FnOnce(&mut Place)) -> Vec<String> {
    codes(&diagnosis(change))
}

fn diagnosis(change: impl FnOnce(&mut Place)) -> zombie_sweeper::inspect::Diagnosis {
    let mut place = well();
    change(&mut place);
    let mut around = Surroundings::default();
    around.place = Some(place);
    World::healthy().doctor_in(&around)
}

#[test]
fn nothing_is_said_of_one_that_lies_well() {
    assert_eq!(found(|_| {}), Vec::<String>::new());
}

#[test]
fn second_name() {
    assert_eq!(found(|place| place.names = 2), ["warning second_name"]);
    let wrong = |place: &mut Place| place.wrong_name = Some("it may be the wrong one".to_owned());
    assert_eq!(found(wrong), ["error second_name"]);
}

/// By the start of its type's name, from the profile.
#[test]
fn network_file_system() {
    let on = |kind: &str| found(|place| place.mount.as_mut().unwrap().kind = kind.to_owned());
    for kind in ["nfs4", "cifs", "fuse.sshfs", "9p"] {
        assert_eq!(on(kind), ["error network_file_system"], "{kind}");
    }
    assert_eq!(on("xfs"), Vec::<String>::new());
}

#[test]
fn mount_that_cannot_be_written() {
    let diagnosis = diagnosis(|place| place.mount.as_mut().unwrap().read_only = true);
    assert_eq!(codes(&diagnosis), ["error not_writable"]);
    assert_eq!(seen(&diagnosis, "not_writable"), "/srv is mounted read-only");
}

/// Who only watches need not write; the owner must.
#[test]
fn user_who_may_not_write() {
    let may_not = |place: &mut Place| place.may_write = false;
    assert_eq!(found(may_not), ["error not_writable"]);
    let watches = |place: &mut Place| {
        place.may_write_folder = false;
        place.me = Some(1001);
    };
    let diagnosis = diagnosis(watches);
    assert_eq!(codes(&diagnosis), ["notice not_writable"]);
    assert!(seen(&diagnosis, "not_writable").contains("the folder of /srv/orchestra.db"));
}

#[test]
fn folder_in_which_the_owner_makes_no_files() {
    let of_root = |place: &mut Place| {
        place.folder = Some(Owner {
            user: 0,
            group: 0,
            mode: 0o755,
        });
        place.me = Some(0);
    };
    assert_eq!(found(of_root), ["error folder_not_writable"]);
    let by_group = |place: &mut Place| {
        place.folder = Some(Owner {
            user: 0,
            group: 1000,
            mode: 0o775,
        });
    };
    assert_eq!(found(by_group), Vec::<String>::new());
}

#[test]
fn everybody_may_write() {
    let file = |place: &mut Place| place.owner = Some(Owner { mode: 0o666, ..OWNER });
    assert_eq!(found(file), ["warning writable_by_all"]);
    let folder = |mode| found(|place| place.folder = Some(Owner { mode, ..OWNER }));
    assert_eq!(folder(0o777), ["warning writable_by_all"]);
    assert_eq!(folder(0o1777), Vec::<String>::new());
}

#[test]
fn log_that_a_stranger_made() {
    let stranger = Owner {
        user: 0,
        group: 0,
        mode: 0o640,
    };
    assert_eq!(
        found(|place| place.log_owner = Some(stranger)),
        ["warning log_of_another"]
    );
    assert_eq!(
        found(|place| place.index_owner = Some(stranger)),
        ["warning log_of_another"]
    );
    let shared = Owner {
        group: 1000,
        mode: 0o660,
        ..stranger
    };
    assert_eq!(
        found(|place| place.log_owner = Some(shared)),
        Vec::<String>::new()
    );
}

#[test]
fn log_that_has_grown() {
    let grown = |bytes| {
        found(|place| {
            place.log_bytes = Some(bytes);
            place.index_bytes = Some(32768);
        })
    };
    assert_eq!(grown(GIB), ["warning log_large"]);
    assert_eq!(grown(4 << 20), Vec::<String>::new());
}

#[test]
fn what_a_crash_leaves_behind() {
    let log = |place: &mut Place| place.log_bytes = Some(4096);
    assert_eq!(found(log), ["notice log_left"]);
    let journal = |place: &mut Place| place.journal_bytes = Some(4096);
    assert_eq!(found(journal), ["notice log_left"]);
}

#[test]
fn rollback_journal() {
    assert_eq!(found(|place| place.is_wal = false), ["notice rollback_journal"]);
}

#[test]
fn little_room() {
    let left = |bytes| found(|place| place.room.as_mut().unwrap().free_bytes = bytes);
    assert_eq!(left(10 << 20), ["error disk_full"]);
    assert_eq!(left(500 << 20), ["warning disk_full"]);
    assert_eq!(left(3 * GIB), Vec::<String>::new());
}

#[test]
fn no_more_files() {
    let files = |free, all| {
        found(|place| {
            let room = place.room.as_mut().unwrap();
            (room.free_files, room.all_files) = (free, all);
        })
    };
    assert_eq!(files(3, 1000), ["error disk_full"]);
    assert_eq!(files(0, 0), Vec::<String>::new(), "it does not count them");
}

#[test]
fn copy_that_was_read() {
    let mut around = Surroundings::default();
    around.reading = vec!["it was read from a copy".to_owned()];
    around.guessed_profile = Some("litequeue".to_owned());
    let diagnosis = World::healthy().doctor_in(&around);
    assert_eq!(
        codes(&diagnosis),
        ["warning profile_guessed", "notice read_from_copy"]
    );
}
