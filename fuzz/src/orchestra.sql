-- A queue as the built-in profile knows it, and a zombie of each kind.
CREATE TABLE projects (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE tasks (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects(id), title TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open', task_type TEXT NOT NULL DEFAULT 'one_shot', priority INTEGER NOT NULL DEFAULT 50,
    active_run_id TEXT NOT NULL DEFAULT '', assigned_slot TEXT NOT NULL DEFAULT '', workspace_path TEXT NOT NULL DEFAULT '',
    lease_expires_at TEXT, last_heartbeat TEXT, next_eligible_at TEXT, created_at TEXT NOT NULL, started_at TEXT,
    updated_at TEXT NOT NULL, completed_at TEXT
);
CREATE TABLE task_runs (
    id TEXT PRIMARY KEY, task_id TEXT NOT NULL REFERENCES tasks(id), status TEXT NOT NULL DEFAULT 'running',
    worker_id TEXT NOT NULL DEFAULT '', slot TEXT NOT NULL DEFAULT '', started_at TEXT NOT NULL, last_heartbeat TEXT,
    completed_at TEXT, error TEXT
);
CREATE TABLE task_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, task_id TEXT NOT NULL, event_type TEXT NOT NULL, actor TEXT NOT NULL DEFAULT '',
    payload TEXT NOT NULL DEFAULT '{}', created_at TEXT NOT NULL
);
CREATE TABLE workspaces (
    id TEXT PRIMARY KEY, path TEXT NOT NULL, slot TEXT NOT NULL DEFAULT '', task_id TEXT, run_id TEXT,
    status TEXT NOT NULL DEFAULT 'free', released_at TEXT
);
INSERT INTO projects VALUES ('p', 'SciDEX');
INSERT INTO tasks (id, project_id, title, status, task_type, active_run_id, assigned_slot, created_at, started_at, updated_at) VALUES
    ('a', 'p', 'its run has ended', 'running', 'recurring', 'ra', 's1', '2026-04-01T00:00:00Z', NULL, '2026-04-11T03:00:00Z'),
    ('b', 'p', 'it has no run', 'running', 'one_shot', '', 's2', '2026-04-01T00:00:00Z', NULL, '2026-04-11T01:00:00Z'),
    ('c', 'p', 'its run is silent', 'running', 'one_shot', 'rc', '', '2026-04-01T00:00:00Z', NULL, '2026-04-11T01:00:00Z'),
    ('h', 'p', 'its run is alive', 'running', 'one_shot', 'rh', 's4', '2026-04-01T00:00:00Z', NULL, '2026-04-11T03:17:00Z'),
    ('u', 'p', 'its run says nothing', 'running', 'one_shot', 'ru', '', '2026-04-01T00:00:00Z', NULL, '2026-04-11T01:00:00Z'),
    ('o', 'p', 'it is open', 'open', 'recurring', '', '', '2026-04-01T00:00:00Z', NULL, '2026-04-11T01:00:00Z');
INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat, completed_at) VALUES
    ('ra', 'a', 'completed', '2026-04-11T01:00:00Z', '2026-04-11T03:00:00Z', '2026-04-11T03:00:00Z'),
    ('rc', 'c', 'running', '2026-04-11T01:00:00Z', '2026-04-11T01:30:00Z', NULL),
    ('rd', 'c', 'paused', '2026-04-11T00:00:00Z', NULL, NULL),
    ('rh', 'h', 'running', '2026-04-11T01:00:00Z', '2026-04-11T03:17:59Z', NULL),
    ('ru', 'u', 'running', 'yesterday', NULL, NULL);
INSERT INTO task_events VALUES (1, 'a', 'created', 'x', '{}', '2026-04-01T00:00:00Z');
INSERT INTO workspaces VALUES ('w1', '/w/1', 's1', 'a', 'ra', 'leased', NULL), ('w2', '/w/2', 's2', NULL, 'rd', 'leased', NULL);
