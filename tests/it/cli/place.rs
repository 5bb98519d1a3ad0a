use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use zombie_sweeper::rusqlite::Connection;

use super::program::{Program, zombie_sweeper};
use crate::world::World;

/// A folder to run the program in, with a queue in it or without.
pub(crate) struct Place(TempDir);

/// The bytes of each file, by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

impl Place {
    /// An empty folder that every user may enter and read.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("queue-").tempdir().unwrap();
        let place = Self(folder);
        place.mode(".", 0o755);
        place
    }

    /// With a queue in WAL mode, closed as it should be: there is no log.
    pub(crate) fn queue(story: impl FnOnce(World) -> World) -> Self {
        let place = Self::empty();
        let conn = Connection::open(place.db()).unwrap();
        conn.execute_batch("PRAGMA synchronous = OFF").unwrap();
        drop(story(World::at(conn)));
        assert_eq!(place.names(), ["orchestra.db"]);
        place
    }

    /// With a queue of another make: what these statements lay down.
    pub(crate) fn foreign(statements: &str) -> Self {
        let place = Self::empty();
        place.connect().execute_batch(statements).unwrap();
        place
    }

    /// With a queue that keeps a rollback journal.
    pub(crate) fn queue_with_journal(story: impl FnOnce(World) -> World) -> Self {
        Self::queue(|world| story(world).sql("PRAGMA journal_mode = DELETE"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.file("orchestra.db")
    }

    /// Another connection to the queue.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.db()).unwrap()
    }

    /// What became of the queue.
    pub(crate) fn world(&self) -> World {
        World::of(self.connect())
    }

    /// The program on this queue.
    pub(crate) fn sweeper(&self, args: &[&str]) -> Program {
        zombie_sweeper([Path::new("--db"), &self.db()]).args(args)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Changes the bytes of the database file, at a place.
    pub(crate) fn damage(&self, at: usize, bytes: &[u8]) {
        let mut file = fs::read(self.db()).unwrap();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        fs::write(self.db(), file).unwrap();
    }

    pub(crate) fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.file(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// All files; but not the index of a log, which every reader locks and may write.
    pub(crate) fn files(&self) -> Files {
        let names = self.names().into_iter().filter(|name| !name.ends_with("-shm"));
        names
            .filter(|name| self.file(name).is_file())
            .map(|name| {
                let bytes = read_elsewhere(&self.file(&name));
                (name, bytes)
            })
            .collect()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Does something, and holds it to leave no trace.
    #[track_caller]
    pub(crate) fn untouched<T>(&self, by: impl FnOnce() -> T) -> T {
        let (names, files) = (self.names(), self.files());
        let done = by();
        assert_eq!(self.names(), names);
        assert!(self.files() == files, "a file was written");
        done
    }
}

/// A process that closes a file loses every lock that it had on it, and some tests hold one.
fn read_elsewhere(file: &Path) -> Vec<u8> {
    let cat = Command::new("cat").arg(file).output().unwrap();
    assert!(cat.status.success(), "{cat:?}");
    cat.stdout
}

/// What the program finds at the time it takes from the clock.
impl World {
    pub(crate) fn zombie(self, id: &str) -> Self {
        self.running(id).run(format!("r-{id}")).heartbeat("16m ago")
    }

    pub(crate) fn alive(self, id: &str) -> Self {
        let run = format!("r-{id}");
        let beat = format!(
            "UPDATE task_runs SET last_heartbeat = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = '{run}'"
        );
        self.running(id).run(run).sql(&beat)
    }
}

/// Opens the folder again, or it could not be removed.
impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::set_permissions(self.path(), fs::Permissions::from_mode(0o755));
    }
}
