-- dead: t_dead0001   its worker beat last two hours ago
-- live: t_11fe0001   its worker beat 20 s ago
-- Hermes Agent's kanban board, at 2026-04-11T03:18:00Z. Besides: t_ready001 waits, t_done0001 is done after a first attempt that crashed.
CREATE TABLE tasks (
    id                   TEXT PRIMARY KEY,
    title                TEXT NOT NULL,
    body                 TEXT,
    assignee             TEXT,
    status               TEXT NOT NULL,
    priority             INTEGER DEFAULT 0,
    created_by           TEXT,
    created_at           INTEGER NOT NULL,
    started_at           INTEGER,
    completed_at         INTEGER,
    workspace_kind       TEXT NOT NULL DEFAULT 'scratch',
    workspace_path       TEXT,
    branch_name          TEXT,
    project_id           TEXT,
    claim_lock           TEXT,
    claim_expires        INTEGER,
    tenant               TEXT,
    result               TEXT,
    idempotency_key      TEXT,
    consecutive_failures INTEGER NOT NULL DEFAULT 0,
    worker_pid           INTEGER,
    last_failure_error   TEXT,
    max_runtime_seconds  INTEGER,
    last_heartbeat_at    INTEGER,
    current_run_id       INTEGER,
    workflow_template_id TEXT,
    current_step_key     TEXT,
    skills               TEXT,
    model_override       TEXT,
    max_retries          INTEGER,
    goal_mode            INTEGER NOT NULL DEFAULT 0,
    goal_max_turns       INTEGER,
    session_id           TEXT,
    block_kind           TEXT,
    block_recurrences    INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE task_runs (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id             TEXT NOT NULL,
    profile             TEXT,
    step_key            TEXT,
    status              TEXT NOT NULL,
    claim_lock          TEXT,
    claim_expires       INTEGER,
    worker_pid          INTEGER,
    max_runtime_seconds INTEGER,
    last_heartbeat_at   INTEGER,
    started_at          INTEGER NOT NULL,
    ended_at            INTEGER,
    outcome             TEXT,
    summary             TEXT,
    metadata            TEXT,
    error               TEXT
);
CREATE TABLE task_events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id    TEXT NOT NULL,
    run_id     INTEGER,
    kind       TEXT NOT NULL,
    payload    TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX idx_tasks_status ON tasks (status);
CREATE INDEX idx_events_task ON task_events (task_id, created_at);
CREATE INDEX idx_runs_task ON task_runs (task_id, started_at);
CREATE INDEX idx_runs_status ON task_runs (status);

INSERT INTO tasks (id, title, assignee, status, created_at, started_at, completed_at, claim_lock, claim_expires,
                   result, worker_pid, last_heartbeat_at, current_run_id) VALUES
    ('t_ready001', 'waits',  'default', 'ready',   1775868000, NULL,       NULL,       NULL,      NULL,       NULL, NULL, NULL,       NULL),
    ('t_done0001', 'done',   'default', 'done',    1775868000, 1775868000, 1775870280, NULL,      NULL,       'ok', NULL, 1775870200, NULL),
    ('t_dead0001', 'dead',   'default', 'running', 1775868000, 1775868600, NULL,       'host:11', 1775871180, NULL, 4711, 1775870280, 3),
    ('t_11fe0001', 'living', 'default', 'running', 1775868000, 1775877000, NULL,       'host:11', 1775878360, NULL, 4712, 1775877460, 4);
INSERT INTO task_runs (id, task_id, profile, status, claim_lock, claim_expires, worker_pid, last_heartbeat_at, started_at, ended_at, outcome,
                       summary, error) VALUES
    (1, 't_done0001', 'default', 'crashed', NULL,      NULL,       NULL, NULL,       1775868000, 1775868600, 'crashed',   NULL, 'pid 4709 not alive'),
    (2, 't_done0001', 'default', 'done',    NULL,      NULL,       NULL, 1775870200, 1775868660, 1775870280, 'completed', 'ok', NULL),
    (3, 't_dead0001', 'default', 'running', 'host:11', 1775871180, 4711, 1775870280, 1775868600, NULL,       NULL,        NULL, NULL),
    (4, 't_11fe0001', 'default', 'running', 'host:11', 1775878360, 4712, 1775877460, 1775877000, NULL,       NULL,        NULL, NULL);
INSERT INTO task_events (task_id, run_id, kind, payload, created_at) VALUES
    ('t_dead0001', NULL, 'created',   '{"assignee": "default", "status": "ready"}',                    1775868000),
    ('t_dead0001', 3,    'claimed',   '{"lock": "host:11", "expires": 1775869500, "run_id": 3}',       1775868600),
    ('t_dead0001', 3,    'heartbeat', NULL,                                                            1775870280),
    ('t_11fe0001', 4,    'claimed',   '{"lock": "host:11", "expires": 1775877900, "run_id": 4}',       1775877000),
    ('t_11fe0001', 4,    'heartbeat', NULL,                                                            1775877460);
