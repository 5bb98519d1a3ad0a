//! The states that a queue's files can be in while somebody works on them, or after a crash.

use std::fs;

use zombie_sweeper::rusqlite::Connection;

use super::place::Place;
use crate::world::World;

impl Place {
    /// `t1` is a zombie, but only the log says so: an orchestrator is connected, and has not folded it in.
    pub(crate) fn with_a_live_log() -> (Self, World) {
        let place = Self::queue(|world| world.alive("t0"));
        let orchestrator = World::of(place.connect()).sql("PRAGMA wal_autocheckpoint = 0");
        let orchestrator = orchestrator.project("Lattice").zombie("t1");
        assert_eq!(
            place.names(),
            ["orchestra.db", "orchestra.db-shm", "orchestra.db-wal"]
        );
        (place, orchestrator)
    }

    /// The same after a crash of the machine: the log is left, its index is not.
    pub(crate) fn with_a_log_left_behind() -> Self {
        let (place, _orchestrator) = Self::with_a_live_log();
        place.copy(&["orchestra.db", "orchestra.db-wal"])
    }

    /// A crash left a log of so many zombies behind that it takes a while to look at them.
    pub(crate) fn with_a_log_left_behind_of_many() -> Self {
        let place = Self::queue(|world| world);
        let orchestrator = World::of(place.connect()).sql(
            "PRAGMA wal_autocheckpoint = 0; \
             WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT 50000) \
             INSERT INTO tasks (id, project_id, title, status, created_at, updated_at) \
             SELECT format('t%05d', n), 'p-SciDEX', '', 'running', '2026-01-01', '2026-01-01T00:00:00Z' FROM n",
        );
        let left = place.copy(&["orchestra.db", "orchestra.db-wal"]);
        drop(orchestrator);
        left
    }

    /// The same after the orchestrator was killed: log and index are left, and nobody is connected.
    pub(crate) fn with_log_and_index_left_behind() -> Self {
        let (place, _orchestrator) = Self::with_a_live_log();
        place.copy(&["orchestra.db", "orchestra.db-shm", "orchestra.db-wal"])
    }

    /// `t000` to `t199` are zombies. The orchestrator was killed while it made all of them `done`, with half of that in
    /// the database file and the journal hot.
    pub(crate) fn with_a_hot_journal() -> Self {
        let place = Self::queue_with_journal(|world| {
            (0..200).fold(world, |world, n| world.zombie(&format!("t{n:03}")))
        });
        let killed = killed_in_mid_transaction(&place);
        assert!(killed.files()["orchestra.db"] != place.files()["orchestra.db"]);
        killed
    }

    /// A crash left a log that holds nothing but its own header, with its index. `t1` is a zombie.
    pub(crate) fn with_the_header_of_a_log() -> Self {
        let (place, _orchestrator) = Self::with_a_live_log();
        place.connect().execute_batch("PRAGMA wal_checkpoint").unwrap();
        let left = place.copy(&["orchestra.db", "orchestra.db-shm", "orchestra.db-wal"]);
        let header = fs::read(left.file("orchestra.db-wal")).unwrap();
        left.write("orchestra.db-wal", &header[..32]);
        left
    }

    fn copy(&self, names: &[&str]) -> Self {
        let copy = Self::empty();
        for name in names {
            fs::copy(self.file(name), copy.file(name)).unwrap();
        }
        copy
    }
}

fn killed_in_mid_transaction(place: &Place) -> Place {
    let conn = place.connect();
    begin_and_spill(&conn);
    place.copy(&["orchestra.db", "orchestra.db-journal"])
}

/// Begins a transaction too large for its cache, so that it writes to the database before it is committed.
pub(crate) fn begin_and_spill(conn: &Connection) {
    conn.execute_batch(
        "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE tasks SET status = 'done', title = hex(randomblob(1000))",
    )
    .unwrap();
}
