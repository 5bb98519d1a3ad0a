-- plainjob 0.0.14. Now is 2026-04-11T03:18:00Z; times in milliseconds.
-- dead: 1 (it was due two hours ago). live: 2 (it was due 20 s ago). The rest waits or is over.
CREATE TABLE plainjob_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    status INTEGER DEFAULT 0 NOT NULL, -- 0 pending, 1 processing, 2 done, 3 failed
    failed_at INTEGER,
    error TEXT,
    next_run_at INTEGER,
    created_at INTEGER NOT NULL
);
CREATE INDEX idx_jobs_status_type_next_run_at ON plainjob_jobs (status, type, next_run_at);
CREATE TABLE plainjob_scheduled_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL UNIQUE,
    status INTEGER DEFAULT 0 NOT NULL,
    cron_expression TEXT,
    next_run_at INTEGER,
    created_at INTEGER NOT NULL
);

INSERT INTO plainjob_jobs VALUES
    (1, 'mail', '{"n":1}', 1, NULL, NULL, 1775870280000, 1775870280000),
    (2, 'mail', '{"n":2}', 1, NULL, NULL, 1775877460000, 1775870280000),
    (3, 'mail', '{"n":3}', 0, NULL, NULL, 1775870280000, 1775870280000),
    (4, 'mail', '{"n":4}', 2, NULL, NULL, 1775870280000, 1775870280000),
    (5, 'mail', '{"n":5}', 3, 1775870290000, 'refused', 1775870280000, 1775870280000);
INSERT INTO plainjob_scheduled_jobs VALUES (1, 'report', 0, '0 4 * * *', 1775880000000, 1775870280000);
