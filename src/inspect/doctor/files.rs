//! The files of the database, whose they are, and what they lie on.

use super::finding::{Code, Finding, Severity};
use crate::store::{Owner, Place, Room};

const MIB: u64 = 1024 * 1024;

/// From what size on a log is not merely waiting for its next checkpoint: SQLite folds it in at about 4 MiB.
const LARGE_LOG: u64 = 256 * MIB;

/// Below what room a write may fail at any moment.
const NO_ROOM: u64 = 64 * MIB;

pub(super) fn files(place: &Place, is_network: impl Fn(&str) -> bool) -> Vec<Finding> {
    let all = [
        second_name(place),
        network(place, is_network),
        writable(place),
        folder(place),
        open_to_all(place),
        log_of_another(place),
        log_large(place),
        left_behind(place),
        journal_mode(place),
        place.room.and_then(|room| full(place, room)),
    ];
    all.into_iter().flatten().collect()
}

fn second_name(place: &Place) -> Option<Finding> {
    let advice = "name it by the path by which its orchestrator opens it, take the other names away, and mount folders rather than \
                  single files";
    if let Some(why) = &place.wrong_name {
        let seen = format!("nothing was read, and nothing can be swept: {why}");
        return Some(Finding::new(Code::SecondName, seen, advice).severity(Severity::Error));
    }
    (place.names > 1).then(|| {
        let seen = format!(
            "{} has {} names (hard links); its log in use stands beside this one",
            place.path.display(),
            place.names
        );
        Finding::new(Code::SecondName, seen, advice)
    })
}

fn network(place: &Place, is_network: impl Fn(&str) -> bool) -> Option<Finding> {
    let mount = place.mount.as_ref().filter(|mount| is_network(&mount.kind))?;
    let seen = format!(
        "{} lies on a network file system: {} at {}",
        place.path.display(),
        mount.kind,
        mount.point.display()
    );
    let advice = "its locks cannot be relied on, and a log needs memory that all processes share: move the database to a local disk, \
                  and sweep on that machine";
    Some(Finding::new(Code::NetworkFileSystem, seen, advice))
}

/// Whether a sweep by this user could write. Whoever only watches need not.
fn writable(place: &Place) -> Option<Finding> {
    if let Some(mount) = place.mount.as_ref().filter(|mount| mount.read_only) {
        let seen = format!("{} is mounted read-only", mount.point.display());
        let advice = "sweep where it can be written; if it was not mounted so on purpose, ask the system's log for the disk's errors";
        return Some(Finding::new(Code::NotWritable, seen, advice));
    }
    if place.may_write && place.may_write_folder {
        return None;
    }
    let what = if place.may_write { "the folder of " } else { "" };
    let seen = format!(
        "this user may not write {what}{}, and could not sweep it",
        place.path.display()
    );
    let is_owner = place.owner.is_none_or(|owner| Some(owner.user) == place.me);
    Some(if is_owner {
        let advice = "give the owner the right to write the file and its folder: a sweep needs both";
        Finding::new(Code::NotWritable, seen, advice)
    } else {
        let advice = "nothing, where this user only watches: sweep as the orchestrator's user";
        Finding::new(Code::NotWritable, seen, advice).severity(Severity::Notice)
    })
}

fn folder(place: &Place) -> Option<Finding> {
    let (owner, folder) = (place.owner?, place.folder?);
    (!folder.lets_write(owner)).then(|| {
        let seen = format!(
            "the owner of {} (user {}) may not make files in its folder (user {}, mode {:04o})",
            place.path.display(),
            owner.user,
            folder.user,
            folder.mode
        );
        let advice = "SQLite makes its log or journal there: give the owner the right to write the folder";
        Finding::new(Code::FolderNotWritable, seen, advice)
    })
}

fn open_to_all(place: &Place) -> Option<Finding> {
    const ALL: u32 = 0o002;
    const STICKY: u32 = 0o1000;

    let file = place.owner.filter(|file| file.mode & ALL != 0);
    let folder = place.folder.filter(|folder| folder.mode & (ALL | STICKY) == ALL);
    let (what, mode) = match (file, folder) {
        (Some(file), _) => ("", file.mode),
        (None, Some(folder)) => ("the folder of ", folder.mode),
        (None, None) => return None,
    };
    let seen = format!(
        "every user may write {what}{} (mode {mode:04o})",
        place.path.display()
    );
    let advice = "take the right away from others (`chmod o-w`): whoever has it can reset every task, or lose all of them";
    Some(Finding::new(Code::WritableByAll, seen, advice))
}

fn log_of_another(place: &Place) -> Option<Finding> {
    let owner = place.owner?;
    let is_foreign = |beside: &Owner| beside.user != owner.user && !beside.lets_write(owner);
    let beside = [("-wal", place.log_owner), ("-shm", place.index_owner)];
    let (suffix, foreign) = beside
        .into_iter()
        .find_map(|(suffix, beside)| Some((suffix, beside.filter(is_foreign)?)))?;
    let seen = format!(
        "{}{suffix} belongs to user {} (mode {:04o}), the database to user {}",
        place.path.display(),
        foreign.user,
        foreign.mode,
        owner.user
    );
    let advice = "its maker was a stranger, and may lock the orchestrator out: once nobody has the database open, give both files to the \
                  database's owner; sweep as that user";
    Some(Finding::new(Code::LogOfAnother, seen, advice))
}

fn log_large(place: &Place) -> Option<Finding> {
    let bytes = place.log_bytes.filter(|bytes| *bytes >= LARGE_LOG)?;
    let seen = format!(
        "the write-ahead log has {} MiB, the database {} MiB",
        bytes / MIB,
        place.bytes / MIB
    );
    let advice = "a reader that never ends keeps it from being folded in: find who has the database open (`fuser -v`), and end its transaction; \
                  then `PRAGMA wal_checkpoint(TRUNCATE)`";
    Some(Finding::new(Code::LogLarge, seen, advice))
}

fn left_behind(place: &Place) -> Option<Finding> {
    let has_log = place.log_bytes.is_some_and(|bytes| bytes > 0);
    let has_journal = place.journal_bytes.is_some_and(|bytes| bytes > 0);
    let (what, advice) = if has_journal && place.is_wal {
        (
            "a rollback journal lies beside a database that keeps a log",
            "it is of a change of mode or of another database: see who left it before anybody writes",
        )
    } else if has_log && place.index_bytes.is_none() {
        (
            "a log without an index lies beside the database, as a crash leaves it",
            "nothing: the next to write reads it; before that, copy both files if you copy one",
        )
    } else {
        return None;
    };
    Some(Finding::new(Code::LogLeft, what, advice))
}

fn journal_mode(place: &Place) -> Option<Finding> {
    (!place.is_wal).then(|| {
        let seen = "the database keeps a rollback journal: who reads keeps others from writing, and the other way round";
        let advice = "nothing, where it is so on purpose; else `PRAGMA journal_mode = WAL`, once";
        Finding::new(Code::RollbackJournal, seen, advice)
    })
}

fn full(place: &Place, room: Room) -> Option<Finding> {
    let where_it_is = place.path.parent().unwrap_or(&place.path).display();
    if room.all_files > 0 && room.free_files < FILES {
        let seen = format!(
            "the file system of {where_it_is} takes {} more files",
            room.free_files
        );
        let advice = "delete files there: SQLite makes two beside the database";
        return Some(Finding::new(Code::DiskFull, seen, advice).severity(Severity::Error));
    }
    let is_low = room.free_bytes / 1024 < room.all_bytes / 1024 / 50 && room.free_bytes < 1024 * MIB;
    let is_out = room.free_bytes < NO_ROOM;
    (is_low || is_out).then(|| {
        let seen = format!(
            "{} MiB are left on the file system of {where_it_is}",
            room.free_bytes / MIB
        );
        let advice = "make room: workers that cannot write fall silent, and look dead";
        let severity = if is_out {
            Severity::Error
        } else {
            Severity::Warning
        };
        Finding::new(Code::DiskFull, seen, advice).severity(severity)
    })
}

/// Below how many more files the next may fail to be made.
const FILES: u64 = 16;
