//! One small queue of each shape, and what its rows look like when somebody is at work.

use crate::world::{World, moment};

/// A queue of one shape.
pub(super) struct Shape {
    pub(super) name: &'static str,
    tables: &'static str,
    pub(super) profile: &'static str,
    /// A running task `{id}` whose newest sign of life is of `{sign}`; `{until}` is a quarter of an hour later.
    running: &'static str,
    /// Whether task `{id}` waits to be done again.
    waits: &'static str,
    /// Somebody shows at `{sign}` that task `{id}` is at work.
    beats: &'static str,
    /// What the reason is once it is silent.
    pub(super) reason: &'static str,
}

pub(super) const SHAPES: [Shape; 9] = [
    Shape {
        name: "one table with heartbeats",
        tables: "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, beat_at TEXT, begun_at TEXT, \
                 tries INTEGER NOT NULL DEFAULT 1, host TEXT, ended_at TEXT)",
        profile: ONE_TABLE,
        running: "INSERT INTO jobs (id, state, beat_at, begun_at, host) VALUES ({id}, 'working', '{sign}', '{begun}', 'h1')",
        waits: "SELECT count(*) FROM jobs WHERE id = {id} AND state = 'ready' AND host IS NULL AND tries = 2",
        beats: "UPDATE jobs SET beat_at = '{sign}' WHERE id = {id}",
        reason: "stale_heartbeat",
    },
    Shape {
        name: "one table with leases",
        tables: "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, until TEXT)",
        profile: "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
                  [tasks]\ntable = 'jobs'\nclear = []\n\
                  [tasks.columns]\nid = 'id'\nstatus = 'state'\nlease = 'until'\nheartbeat = []\nstarted = []\nupdated = []\n\
                  [tasks.words]\nrunning = 'working'\nopen = 'ready'",
        running: "INSERT INTO jobs VALUES ('{id}', 'working', '{until}')",
        waits: "SELECT count(*) FROM jobs WHERE id = '{id}' AND state = 'ready' AND until IS NULL",
        beats: "UPDATE jobs SET until = '{until}' WHERE id = '{id}'",
        reason: "lease_expired",
    },
    Shape {
        name: "leases as a start and a length",
        tables: "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, claimed_at TEXT, ttl INTEGER NOT NULL DEFAULT 900)",
        profile: "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
                  [tasks]\ntable = 'jobs'\nclear = []\n\
                  [tasks.columns]\nid = 'id'\nstatus = 'state'\nheartbeat = []\nstarted = []\nupdated = []\n\
                  lease = { start = 'claimed_at', seconds = 'ttl' }\n\
                  [tasks.words]\nrunning = 'working'\nopen = 'ready'",
        running: "INSERT INTO jobs VALUES ('{id}', 'working', '{sign}', 900)",
        waits: "SELECT count(*) FROM jobs WHERE id = '{id}' AND state = 'ready' AND claimed_at IS NULL AND ttl = 900",
        beats: "UPDATE jobs SET claimed_at = '{sign}' WHERE id = '{id}'",
        reason: "lease_expired",
    },
    Shape {
        name: "a condition in the place of a status",
        tables: "CREATE TABLE jobs (id TEXT PRIMARY KEY, reserved_at TEXT, done_at TEXT, body BLOB) STRICT",
        profile: CONDITION,
        running: "INSERT INTO jobs VALUES ('{id}', '{sign}', NULL, x'00')",
        waits: "SELECT count(*) FROM jobs WHERE id = '{id}' AND reserved_at IS NULL AND done_at IS NULL",
        beats: "UPDATE jobs SET reserved_at = '{sign}' WHERE id = '{id}'",
        reason: "stale_heartbeat",
    },
    Shape {
        name: "runs without a pointer",
        tables: "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, changed_at TEXT);
                 CREATE TABLE attempts (id INTEGER PRIMARY KEY, job TEXT REFERENCES jobs, state TEXT, beat_at TEXT, begun_at TEXT, ended_at TEXT);
                 CREATE INDEX attempts_of_job ON attempts (job)",
        profile: NO_POINTER,
        running: "INSERT INTO jobs VALUES ('{id}', 'working', '{begun}');
                  INSERT INTO attempts (job, state, beat_at, begun_at, ended_at) VALUES
                      ('{id}', 'failed', '{begun}', '{begun}', '{begun}'), ('{id}', 'working', '{sign}', '{begun}', NULL)",
        waits: "SELECT count(*) FROM jobs WHERE id = '{id}' AND state = 'ready' AND 0 =
                    (SELECT count(*) FROM attempts WHERE job = '{id}' AND (state = 'working' OR ended_at IS NULL))",
        beats: "INSERT INTO attempts (job, state, begun_at) VALUES ('{id}', 'working', '{sign}')",
        reason: "stale_heartbeat",
    },
    Shape {
        name: "runs that are open while a column is null",
        tables: "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, attempt INTEGER);
                 CREATE TABLE attempts (id INTEGER PRIMARY KEY, job TEXT, outcome TEXT, beat_at TEXT, begun_at TEXT, ended_at TEXT)",
        profile: "events.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
                  [tasks]\ntable = 'jobs'\nclear = []\n\
                  [tasks.columns]\nid = 'id'\nstatus = 'state'\nactive_run = 'attempt'\nupdated = []\n\
                  [tasks.words]\nrunning = 'working'\nopen = 'ready'\n\
                  [runs]\ntable = 'attempts'\nrunning_where = 'r.outcome IS NULL'\n\
                  [runs.columns]\nid = 'id'\ntask = 'job'\nstatus = 'outcome'\nheartbeat = 'beat_at'\nstarted = 'begun_at'\nended = 'ended_at'\n\
                  [runs.words]\nabandoned = 'lost'",
        running: "INSERT INTO attempts (job, outcome, beat_at, begun_at) VALUES ('{id}', NULL, '{sign}', '{begun}');
                  INSERT INTO jobs VALUES ('{id}', 'working', last_insert_rowid())",
        waits: "SELECT count(*) FROM jobs JOIN attempts ON job = jobs.id WHERE jobs.id = '{id}' AND state = 'ready'
                    AND attempt IS NULL AND outcome = 'lost' AND ended_at IS NOT NULL",
        beats: "UPDATE attempts SET beat_at = '{sign}' WHERE job = '{id}'",
        reason: "stale_heartbeat",
    },
    Shape {
        name: "one table, and workers that beat",
        tables: "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, worker TEXT);
                 CREATE TABLE workers (name TEXT PRIMARY KEY, beat_at TEXT, state TEXT)",
        profile: WORKERS,
        running: "INSERT INTO workers VALUES ('w{id}', '{sign}', 'up'); INSERT INTO jobs VALUES ('{id}', 'working', 'w{id}')",
        waits: "SELECT count(*) FROM jobs WHERE id = '{id}' AND state = 'ready' AND worker IS NULL",
        beats: "UPDATE workers SET beat_at = '{sign}' WHERE name = 'w{id}'",
        reason: "stale_heartbeat",
    },
    Shape {
        name: "runs, and workers that beat",
        tables: "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL);
                 CREATE TABLE attempts (id INTEGER PRIMARY KEY, job TEXT, state TEXT, pid INTEGER, begun_at TEXT);
                 CREATE TABLE workers (pid INTEGER PRIMARY KEY, beat_at TEXT, began_at TEXT)",
        profile: "events.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
                  [tasks]\ntable = 'jobs'\nclear = []\n\
                  [tasks.columns]\nid = 'id'\nstatus = 'state'\nactive_run = []\n\
                  [tasks.words]\nrunning = 'working'\nopen = 'ready'\n\
                  [runs]\ntable = 'attempts'\n\
                  [runs.columns]\nid = 'id'\ntask = 'job'\nstatus = 'state'\nstarted = 'begun_at'\nworker = 'pid'\n\
                  [runs.words]\nrunning = 'working'\nfinished = ['done', 'failed']\nabandoned = 'lost'\n\
                  [workers]\ntable = 'workers'\n\
                  [workers.columns]\nid = 'pid'\nheartbeat = 'beat_at'\nstarted = 'began_at'\nstatus = []",
        running: "INSERT INTO workers (beat_at, began_at) VALUES ('{sign}', '{begun}');
                  INSERT INTO attempts (job, state, pid, begun_at) VALUES ('{id}', 'working', last_insert_rowid(), '{begun}');
                  INSERT INTO jobs VALUES ('{id}', 'working')",
        waits: "SELECT count(*) FROM jobs JOIN attempts ON job = jobs.id WHERE jobs.id = '{id}' AND jobs.state = 'ready'
                    AND attempts.state = 'lost'",
        beats: "UPDATE workers SET beat_at = '{sign}' WHERE pid IN (SELECT pid FROM attempts WHERE job = '{id}')",
        reason: "stale_heartbeat",
    },
    Shape {
        name: "one table, ids as bytes",
        tables: "CREATE TABLE jobs (id BLOB PRIMARY KEY, state TEXT NOT NULL, beat_at TEXT, begun_at TEXT, \
                 tries INTEGER NOT NULL DEFAULT 1, host TEXT, ended_at TEXT) WITHOUT ROWID",
        profile: ONE_TABLE,
        running: "INSERT INTO jobs (id, state, beat_at, begun_at, host) VALUES (x'{id}{id}', 'working', '{sign}', '{begun}', 'h1')",
        waits: "SELECT count(*) FROM jobs WHERE id = x'{id}{id}' AND state = 'ready' AND host IS NULL AND tries = 2",
        beats: "UPDATE jobs SET beat_at = '{sign}' WHERE id = x'{id}{id}'",
        reason: "stale_heartbeat",
    },
];

pub(super) const ONE_TABLE: &str = "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
     [tasks]\ntable = 'jobs'\nclear = ['host']\nincrement = ['tries']\n\
     [tasks.columns]\nid = 'id'\nstatus = 'state'\nheartbeat = 'beat_at'\nstarted = 'begun_at'\nended = 'ended_at'\n\
     [tasks.words]\nrunning = 'working'\nopen = 'ready'";

pub(super) const CONDITION: &str = "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
     [tasks]\ntable = 'jobs'\nrunning_where = 'reserved_at IS NOT NULL AND done_at IS NULL'\nclear = ['reserved_at']\n\
     [tasks.columns]\nid = 'id'\nstarted = 'reserved_at'\nended = 'done_at'";

pub(super) const NO_POINTER: &str = "events.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
     [tasks]\ntable = 'jobs'\nclear = []\n\
     [tasks.columns]\nid = 'id'\nstatus = 'state'\nactive_run = []\nheartbeat = []\nstarted = []\nupdated = 'changed_at'\n\
     [tasks.words]\nrunning = 'working'\nopen = 'ready'\n\
     [runs]\ntable = 'attempts'\n\
     [runs.columns]\nid = 'id'\ntask = 'job'\nstatus = 'state'\nheartbeat = 'beat_at'\nstarted = 'begun_at'\nended = 'ended_at'\n\
     [runs.words]\nrunning = 'working'\nfinished = ['done', 'failed']\nabandoned = 'lost'";

pub(super) const WORKERS: &str = "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
     [tasks]\ntable = 'jobs'\nclear = ['worker']\n\
     [tasks.columns]\nid = 'id'\nstatus = 'state'\nworker = 'worker'\nstarted = []\n\
     [tasks.words]\nrunning = 'working'\nopen = 'ready'\n\
     [workers]\ntable = 'workers'\n\
     [workers.columns]\nid = 'name'\nheartbeat = 'beat_at'\nstatus = 'state'\n\
     [workers.words]\ngone = ['down']";

impl Shape {
    /// The queue, without a task.
    pub(super) fn world(&self) -> World {
        self.of(World::foreign(""))
    }

    /// The same in this database.
    pub(super) fn of(&self, world: World) -> World {
        world.sql(self.tables).profile(self.profile)
    }

    /// A running task whose newest sign of life is of this moment.
    pub(super) fn running(&self, world: World, id: u32, sign: &str) -> World {
        world.sql(&filled(self.running, id, sign))
    }

    /// Somebody shows that a task is at work, as SQL.
    pub(super) fn beats(&self, id: u32, sign: &str) -> String {
        filled(self.beats, id, sign)
    }

    /// Whether a task waits to be done again.
    pub(super) fn waits(&self, world: &World, id: u32) -> bool {
        world.query(&self.waits.replace("{id}", &id.to_string())) == 1
    }

    /// How the summary shows the id.
    pub(super) fn shown(&self, id: u32) -> String {
        if self.tables.contains("id BLOB") {
            format!("{id}{id}")
        } else {
            id.to_string()
        }
    }
}

fn filled(sql: &str, id: u32, sign: &str) -> String {
    let until = match sign.strip_suffix("m ago").map(str::parse::<i64>) {
        Some(Ok(minutes)) if minutes > 15 => format!("{}m ago", minutes - 15),
        Some(Ok(minutes)) => format!("in {}m", 15 - minutes),
        _ => panic!("expected so many minutes ago: {sign}"),
    };
    sql.replace("{id}", &id.to_string())
        .replace("{sign}", &moment(sign))
        .replace("{until}", &moment(&until))
        .replace("{begun}", &moment("2h ago"))
}
