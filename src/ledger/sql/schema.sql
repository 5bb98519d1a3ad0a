-- The tables of a ledger of version 1; those of later versions stand in files of their own. Times are microseconds since the Unix epoch, and lengths of time are microseconds,
-- where a name does not say otherwise.

-- What was swept: a database, and one project of it or all of them. It counts its sweeps beyond the time for which they are kept.
CREATE TABLE scopes (
    id INTEGER PRIMARY KEY,
    database TEXT NOT NULL,
    project TEXT,
    since INTEGER NOT NULL
);
CREATE UNIQUE INDEX scopes_by_name ON scopes (database, coalesce(project, ''));

-- What has been counted since: `label` is a reason code for what is counted by reason, else empty.
CREATE TABLE totals (
    scope INTEGER NOT NULL REFERENCES scopes (id),
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (scope, name, label)
) WITHOUT ROWID;

-- Each sweep: what it found, committed and left. `error` is why it stopped early; `written_at` and the two clocks behind
-- it were read together, when it was over.
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
    held_back INTEGER NOT NULL, -- zombies that were left alone, as more were due than --at-most
    narrowed INTEGER NOT NULL, -- to tasks that were named: it tells nothing of the others
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

-- The reaps of each sweep. Ids are kept as the queue has them; `task_parts` says that one is a JSON array of several.
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

-- How old the last signs of life of the living were: `ages` is a JSON array that counts those below 1 s, 2 s, 4 s and so
-- on; `without` counts the living that no sign shows to be so. `others`: so many projects and kinds are counted together
-- here.
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

-- The tasks that nothing tells dead from alive, as the last sweep of the scope left them.
CREATE TABLE undecided (
    scope INTEGER NOT NULL REFERENCES scopes (id),
    task TEXT NOT NULL,
    why TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (scope, task)
) WITHOUT ROWID;
