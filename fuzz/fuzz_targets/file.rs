//! Damages the file of a queue, its log or its journal, or takes any bytes for one: it is read or refused, and what
//! only reads leaves every file as it was.

#![no_main]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rusqlite::Connection;
use tempfile::TempDir;
use zombie_sweeper::Profile;
use zombie_sweeper::store::{Queue, Schema};
use zombie_sweeper::{SweepError, SweepOptions, sweep_zombie_tasks};
use zombie_sweeper_fuzz::{Choices, now};

const PAGE: usize = 512;
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// A database and what may lie beside it; `None`: nothing.
type Files = [Option<Vec<u8>>; 4];

static PROFILE: LazyLock<Profile> = LazyLock::new(Profile::default);
static FOLDER: LazyLock<TempDir> = LazyLock::new(folder);
static QUEUES: LazyLock<Vec<Files>> = LazyLock::new(|| {
    ["DELETE", "WAL", "PERSIST"]
        .into_iter()
        .flat_map(queues)
        .collect()
});

fuzz_target!(|data: &[u8]| {
    let files = files(data);
    let path = FOLDER.path().join("queue.db");
    lay_down(&path, &files);
    let configure = |conn: &mut Connection| conn.busy_timeout(std::time::Duration::ZERO);
    let options = SweepOptions::at(now());
    let look = |conn: &mut Connection| {
        let _ = Schema::read(conn, &PROFILE);
        sweep_zombie_tasks(conn, &options.clone().dry_run(true))
    };
    let queue = Queue::at(&path, &PROFILE).configured(configure);
    let seen: Result<_, SweepError> = queue.read(look);
    let left = pick_up(&path);
    for ((suffix, was), is) in SUFFIXES.iter().zip(&files).zip(&left) {
        // The index of a log that is in use belongs to its readers.
        assert!(
            *suffix == "-shm" && was.is_some() || was == is,
            "queue.db{suffix} changed: {seen:?}"
        );
    }
    lay_down(&path, &files);
    let swept: Result<_, SweepError> = queue.write(|conn| sweep_zombie_tasks(conn, &options));
    for told in [seen.map(|(report, _)| report), swept] {
        match told {
            Ok(report) => drop(serde_json::to_string(&report).unwrap()),
            Err(error) => drop(error.to_string()),
        }
    }
});

/// In memory, where there is such a place.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let asked = std::env::var_os("TMPDIR").map(PathBuf::from);
    let place = asked.unwrap_or_else(|| {
        if memory.is_dir() {
            memory.into()
        } else {
            std::env::temp_dir()
        }
    });
    tempfile::Builder::new()
        .prefix("queue-")
        .tempdir_in(place)
        .unwrap()
}

/// Which queue to take, and where to change what in it. Or else all is taken as it comes.
fn files(data: &[u8]) -> Files {
    let mut choices = Choices::new(data);
    let which = choices.byte();
    if which == u8::MAX {
        return [
            Some(data[1..].to_vec()).filter(|bytes| !bytes.is_empty()),
            None,
            None,
            None,
        ];
    }
    let mut files = QUEUES[usize::from(which) % QUEUES.len()].clone();
    while !choices.is_over() {
        let how = choices.byte();
        let file = match how % 8 {
            0..5 => 0,
            5 | 6 => 1,
            _ => 3,
        };
        let Some(bytes) = &mut files[file] else { continue };
        let page = usize::from(choices.byte()) % bytes.len().div_ceil(PAGE).max(1) * PAGE;
        match how / 8 % 8 {
            // The head of a page is where its structure is.
            0..3 => overwrite(bytes, page + usize::from(choices.byte()) % 32, choices.bytes(4)),
            3..6 => overwrite(bytes, page + 2 * usize::from(choices.byte()), choices.bytes(16)),
            6 => bytes.truncate(page + usize::from(choices.byte())),
            _ => files[file] = None,
        }
    }
    files
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    for (old, new) in bytes.iter_mut().skip(at).zip(with) {
        *old = *new;
    }
}

/// The queue at rest, and as it lies there when its owner died in the midst of writing.
fn queues(journal_mode: &str) -> [Files; 2] {
    let folder = folder();
    let path = folder.path().join("queue.db");
    let mut conn = Connection::open(&path).unwrap();
    conn.execute_batch(&format!(
        "PRAGMA page_size = {PAGE}; PRAGMA journal_mode = {journal_mode}"
    ))
    .unwrap();
    conn.execute_batch(include_str!("../src/orchestra.sql")).unwrap();
    conn.close().unwrap();
    let at_rest = pick_up(&path);
    conn = Connection::open(&path).unwrap();
    // What does not fit in here is written to the file before it is committed.
    conn.execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; PRAGMA wal_autocheckpoint = 0")
        .unwrap();
    conn.execute_batch(
        "UPDATE tasks SET title = 'one'; BEGIN; UPDATE tasks SET status = 'running', title = 'two'",
    )
    .unwrap();
    conn.execute_batch("UPDATE task_runs SET error = printf('%900s', 'x')")
        .unwrap();
    let [db, wal, _, journal] = pick_up(&path);
    [at_rest, [db, wal, None, journal]]
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    path.with_file_name(format!("queue.db{suffix}"))
}

fn pick_up(path: &Path) -> Files {
    SUFFIXES.map(|suffix| fs::read(beside(path, suffix)).ok())
}

fn lay_down(path: &Path, files: &Files) {
    for (suffix, bytes) in SUFFIXES.iter().zip(files) {
        let path = beside(path, suffix);
        match bytes {
            Some(bytes) => fs::write(path, bytes).unwrap(),
            None => drop(fs::remove_file(path)),
        }
    }
}
