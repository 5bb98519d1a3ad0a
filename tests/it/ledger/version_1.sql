PRAGMA application_id = 0x5a536c64;
PRAGMA user_version = 1;
CREATE TABLE scopes (
    id INTEGER PRIMARY KEY,
    database TEXT NOT NULL,
    project TEXT,
    since INTEGER NOT NULL
);
CREATE UNIQUE INDEX scopes_by_name ON scopes (database, coalesce(project, ''));
CREATE TABLE totals (
    scope INTEGER NOT NULL REFERENCES scopes (id),
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (scope, name, label)
) WITHOUT ROWID;
CREATE TABLE sweeps (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scopes (id),
    at INTEGER NOT NULL,
    profile TEXT,
    actor TEXT,
    scanned INTEGER NOT NULL,
    healthy INTEGER NOT NULL,
    undecided INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    reaped INTEGER NOT NULL,
    moved_on INTEGER NOT NULL,
    held_back INTEGER NOT NULL,
    narrowed INTEGER NOT NULL,
    transactions INTEGER NOT NULL,
    runs_abandoned INTEGER NOT NULL,
    workspaces_freed INTEGER NOT NULL,
    stale_after_s REAL,
    claim_grace_s REAL,
    duration_ms INTEGER NOT NULL,
    error TEXT,
    version TEXT NOT NULL,
    boot_id TEXT,
    written_at INTEGER NOT NULL,
    since_boot INTEGER,
    awake INTEGER
);
CREATE INDEX sweeps_by_time ON sweeps (at);
CREATE INDEX sweeps_by_scope ON sweeps (scope);
CREATE TABLE reaps (
    sweep INTEGER NOT NULL REFERENCES sweeps (id),
    place INTEGER NOT NULL,
    at INTEGER NOT NULL,
    task,
    task_parts INTEGER NOT NULL,
    run,
    run_parts INTEGER NOT NULL,
    reason TEXT NOT NULL,
    condition TEXT NOT NULL,
    sign_of_life INTEGER,
    age INTEGER,
    threshold INTEGER NOT NULL,
    project TEXT,
    kind TEXT,
    actor TEXT,
    parked INTEGER NOT NULL,
    PRIMARY KEY (sweep, place)
) WITHOUT ROWID;
CREATE INDEX reaps_by_time ON reaps (at);
CREATE INDEX reaps_by_task ON reaps (task);
CREATE INDEX reaps_by_look ON reaps (at) WHERE task_parts OR typeof(task) = 'blob';
CREATE TABLE living (
    sweep INTEGER NOT NULL REFERENCES sweeps (id),
    place INTEGER NOT NULL,
    project TEXT,
    kind TEXT,
    others INTEGER NOT NULL,
    count INTEGER NOT NULL,
    largest INTEGER NOT NULL,
    ages TEXT NOT NULL,
    without INTEGER NOT NULL,
    PRIMARY KEY (sweep, place)
) WITHOUT ROWID;
CREATE TABLE undecided (
    scope INTEGER NOT NULL REFERENCES scopes (id),
    task TEXT NOT NULL,
    why TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (scope, task)
) WITHOUT ROWID;
INSERT INTO scopes VALUES (1, '/srv/orchestra.db', NULL, 1775877480000000);
INSERT INTO totals VALUES (1, 'reaped', 'stale_heartbeat', 2), (1, 'runs_abandoned', '', 2), (1, 'sweeps', '', 1), (1, 'transactions', '', 1);
INSERT INTO sweeps VALUES (
    1, 1, 1775877480000000, 'orchestra', 'zombie-sweeper', 4, 1, 1, 0, 2, 0, 0, 0, 1, 2, 0, 900.0, 900.0, 3, NULL, '0.1.0',
    'f2a05b0c-5a2c-4f0e-8f83-0c8b7c0e3c5d', 1775877481234567, 7200000000, 3600000000
);
INSERT INTO reaps VALUES
    (1, 0, 1775877480000000, 't1', 0, 'r1', 0, 'stale_heartbeat', 'C', 1775876520000000, 960000000, 900000000, 'SciDEX', 'one_shot', 'zombie-sweeper', 0),
    (1, 1, 1775877480000000, 't2', 0, NULL, 0, 'stale_heartbeat', 'C', NULL, NULL, 900000000, NULL, NULL, 'zombie-sweeper', 0);
INSERT INTO living VALUES (1, 0, 'SciDEX', 'one_shot', 0, 1, 3000000, '[0,0,1]', 0);
INSERT INTO undecided VALUES (1, 't3', 'task_runs.last_heartbeat is "?", which is not understood as a time', 1775877480000000, 1775877480000000);
