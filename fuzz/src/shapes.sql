-- Beside Orchestra's tables, those of queues of other shapes: one table with a key of two columns, runs that no task names,
-- workers with rows of their own.
CREATE TABLE jobs (
    queue TEXT NOT NULL, number INTEGER NOT NULL, body BLOB, state TEXT, reserved_at TEXT, done_at TEXT, beat_at TEXT,
    until INTEGER, ttl, tries INTEGER NOT NULL DEFAULT 0, worker TEXT, changed_at TEXT, PRIMARY KEY (queue, number)
) WITHOUT ROWID;
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY, queue TEXT, number INTEGER, job INTEGER, outcome TEXT, beat_at TEXT, begun_at TEXT,
    ended_at TEXT, worker INTEGER
);
CREATE TABLE workers (name TEXT PRIMARY KEY, pid INTEGER UNIQUE, beat_at TEXT, state TEXT, started_at TEXT, until TEXT);
INSERT INTO jobs VALUES
    ('mail', 1, x'01', 'working', '2026-04-11T01:00:00Z', NULL, '2026-04-11T03:17:00Z', 1775880000, 60, 1, 'w1', '2026-04-11T03:17:00Z'),
    ('mail', 2, x'02', 'working', '2026-04-11T01:00:00Z', NULL, '2026-04-11T02:00:00Z', 1775870000, 3600, 1, 'w2', '2026-04-11T02:00:00Z'),
    ('post', 1, x'02', 'working', '2026-04-11T03:17:00Z', NULL, NULL, NULL, 'soon', 2, 'w9', NULL),
    ('post', 3, NULL, 'working', NULL, NULL, NULL, NULL, NULL, 0, 'w3', NULL),
    ('post', 4, NULL, 'working', '2026-04-11T01:00:00Z', '2026-04-11T02:00:00Z', 'never', NULL, 1.5, 0, '', NULL),
    ('post', 5, NULL, 'ready', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL);
INSERT INTO attempts (queue, number, job, outcome, beat_at, begun_at, ended_at, worker) VALUES
    ('mail', 1, 1, 'failed', '2026-04-11T01:00:00Z', '2026-04-11T01:00:00Z', '2026-04-11T01:00:00Z', 1),
    ('mail', 1, 1, NULL, '2026-04-11T03:17:00Z', '2026-04-11T01:00:00Z', NULL, 1),
    ('mail', 2, 2, 'working', '2026-04-11T01:00:00Z', '2026-04-11T01:00:00Z', NULL, 2),
    ('mail', 2, 2, 'lost', NULL, '2026-04-11T02:30:00Z', '2026-04-11T02:40:00Z', 2),
    ('post', 1, 3, 'done', NULL, NULL, '2026-04-11T03:00:00Z', 9),
    ('post', 4, 4, 'paused', NULL, NULL, NULL, 3);
INSERT INTO workers VALUES
    ('w1', 1, '2026-04-11T03:17:59Z', 'up', '2026-04-11T00:00:00Z', NULL),
    ('w2', 2, '2026-04-11T03:17:59Z', 'up', '2026-04-11T02:00:00Z', '2026-04-11T03:20:00Z'),
    ('w3', 3, '2026-04-11T02:00:00Z', 'down', 'once', '2026-04-11T02:00:00Z');
