-- apalis-sqlite 1.0.0, as its migrations leave the tables. Now is 2026-04-11T03:18:00Z.
-- dead: 01DEAD and 01DEADQUEUED (their worker was last seen two hours ago), 01LOSTQUEUED (taken two hours ago for no worker).
-- live: 01LIVE and 01LIVERETRY (their worker was seen 20 s ago). The rest waits or is over.
CREATE TABLE Workers (
    id TEXT NOT NULL UNIQUE,
    worker_type TEXT NOT NULL,
    storage_name TEXT NOT NULL,
    layers TEXT,
    last_seen INTEGER NOT NULL DEFAULT (strftime('%s', 'now')),
    started_at INTEGER
);
CREATE TABLE Jobs (
    job BLOB NOT NULL,
    id TEXT NOT NULL UNIQUE,
    job_type TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'Pending',
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL DEFAULT 25,
    run_at INTEGER NOT NULL DEFAULT (strftime('%s', 'now')),
    last_result TEXT,
    lock_at INTEGER,
    lock_by TEXT,
    done_at INTEGER,
    priority INTEGER NOT NULL DEFAULT 0,
    metadata TEXT,
    idempotency_key TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY (lock_by) REFERENCES Workers (id)
);
CREATE INDEX LIdx ON Jobs (lock_by);
CREATE INDEX idx_jobs_status_run_at ON Jobs (status, run_at);
CREATE UNIQUE INDEX idx_jobs_idempotency_key ON Jobs (job_type, idempotency_key);

INSERT INTO Workers VALUES
    ('mailer-1', 'mail', 'SqliteStorage', NULL, 1775870280, 1775860000),
    ('mailer-2', 'mail', 'SqliteStorage', NULL, 1775877460, 1775860000);
INSERT INTO Jobs (job, id, job_type, status, attempts, run_at, last_result, lock_at, lock_by, done_at, metadata) VALUES
    (x'31', '01DEAD', 'mail', 'Running', 0, 1775870270, NULL, 1775870275, 'mailer-1', NULL, '{}'),
    (x'32', '01DEADQUEUED', 'mail', 'Queued', 0, 1775870270, NULL, 1775870275, 'mailer-1', NULL, '{}'),
    (x'33', '01LOSTQUEUED', 'mail', 'Queued', 0, 1775870270, NULL, 1775870280, NULL, NULL, '{}'),
    (x'34', '01LIVE', 'mail', 'Running', 0, 1775870270, NULL, 1775870275, 'mailer-2', NULL, '{}'),
    (x'35', '01LIVERETRY', 'mail', 'Running', 1, 1775870270, '{"Err":"refused"}', 1775877440, 'mailer-2', 1775870300, '{}'),
    (x'36', '01WAITING', 'mail', 'Pending', 0, 1775870270, NULL, NULL, NULL, NULL, '{}'),
    (x'37', '01DONE', 'mail', 'Done', 1, 1775870270, '{"Ok":null}', 1775870275, 'mailer-1', 1775870279, '{}'),
    (x'38', '01KILLED', 'mail', 'Killed', 1, 1775870270, '{"Err":"no"}', 1775870275, 'mailer-1', 1775870279, '{}');
