-- dead: 00000000-0000-4000-8000-00000000dead   taken from its queue two hours ago
-- live: 00000000-0000-4000-8000-0000000011fe   taken from its queue 20 s ago
-- DBOS Transact for Python on SQLite, at 2026-04-11T03:18:00Z. Besides: one workflow waits, one succeeded, and one is under way, two
-- hours old, that came from no queue.
CREATE TABLE workflow_status (
    workflow_uuid              TEXT PRIMARY KEY,
    status                     TEXT,
    name                       TEXT,
    authenticated_user         TEXT,
    assumed_role               TEXT,
    authenticated_roles        TEXT,
    request                    TEXT,
    output                     TEXT,
    error                      TEXT,
    executor_id                TEXT,
    created_at                 INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    updated_at                 INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    application_version        TEXT,
    application_id             TEXT,
    class_name                 TEXT DEFAULT NULL,
    config_name                TEXT DEFAULT NULL,
    recovery_attempts          INTEGER DEFAULT 0,
    queue_name                 TEXT,
    workflow_timeout_ms        INTEGER,
    workflow_deadline_epoch_ms INTEGER,
    inputs                     TEXT,
    started_at_epoch_ms        INTEGER,
    deduplication_id           TEXT,
    priority                   INTEGER NOT NULL DEFAULT 0,
    queue_partition_key        TEXT,
    forked_from                TEXT,
    owner_xid                  TEXT DEFAULT NULL,
    parent_workflow_id         TEXT DEFAULT NULL,
    serialization              TEXT DEFAULT NULL,
    delay_until_epoch_ms       BIGINT DEFAULT NULL,
    was_forked_from            BOOLEAN NOT NULL DEFAULT FALSE,
    rate_limited               BOOLEAN NOT NULL DEFAULT FALSE,
    completed_at               BIGINT,
    attributes                 TEXT,
    schedule_name              TEXT,
    debounce_deadline_epoch_ms BIGINT DEFAULT NULL,
    is_debounced               BOOLEAN NOT NULL DEFAULT FALSE,
    application_name           TEXT DEFAULT NULL,
    creator_xid                TEXT DEFAULT NULL
);
CREATE INDEX idx_workflow_status_pending ON workflow_status (created_at) WHERE status = 'PENDING';
CREATE INDEX idx_workflow_status_started_at ON workflow_status (started_at_epoch_ms) WHERE started_at_epoch_ms IS NOT NULL;
CREATE INDEX idx_workflow_status_in_flight_v2 ON workflow_status (queue_name, status, priority, created_at, application_name)
    WHERE status IN ('ENQUEUED', 'PENDING');

INSERT INTO workflow_status (workflow_uuid, status, name, executor_id, created_at, updated_at, application_version, application_id,
                             recovery_attempts, queue_name, started_at_epoch_ms, owner_xid, serialization, completed_at,
                             application_name, creator_xid) VALUES
    ('00000000-0000-4000-8000-00000000dead', 'PENDING',  'work', 'e1', 1775868600123, 1775870280456, '1', '', 1, 'jobs', 1775870280456,
     '9c4545e1-b623-4bfe-a78b-b75d0bd2eb58', 'py_pickle', NULL, 'app', 'cb1c250b-002c-4f8d-8f7f-4efecbc3ad58'),
    ('00000000-0000-4000-8000-0000000011fe', 'PENDING',  'work', 'e2', 1775868600124, 1775877460789, '1', '', 1, 'jobs', 1775877460789,
     '1f0f7d5c-2f5b-4d0c-9d3a-0d2d0f6a7c11', 'py_pickle', NULL, 'app', 'cb1c250b-002c-4f8d-8f7f-4efecbc3ad59'),
    ('00000000-0000-4000-8000-0000000000aa', 'ENQUEUED', 'work', 'e1', 1775868600125, 1775868600125, '1', '', 0, 'jobs', NULL,
     NULL, 'py_pickle', NULL, 'app', 'cb1c250b-002c-4f8d-8f7f-4efecbc3ad5a'),
    ('00000000-0000-4000-8000-0000000000bb', 'SUCCESS',  'work', 'e1', 1775868600126, 1775868602000, '1', '', 1, 'jobs', 1775868600500,
     NULL, 'py_pickle', 1775868602000, 'app', 'cb1c250b-002c-4f8d-8f7f-4efecbc3ad5b'),
    ('00000000-0000-4000-8000-0000000000cc', 'PENDING',  'main', 'e1', 1775870280127, 1775870280127, '1', '', 1, NULL, NULL,
     '5a6ae20b-7d8e-4f34-9a1d-4a3f3a3b2d21', 'py_pickle', NULL, 'app', 'cb1c250b-002c-4f8d-8f7f-4efecbc3ad5c');
