-- River 0.43.0, riversqlite, as its migrations 1 to 7 leave the table. Now is 2026-04-11T03:18:00Z, times in UTC, their
-- fraction without trailing zeros.
-- dead: 1 (its attempt began two hours ago). live: 2 (20 s ago). 3 has no attempt left and 4 was asked to stop: both are River's
-- own to end. The rest waits or is over.
CREATE TABLE river_job (
    id integer PRIMARY KEY,
    args blob NOT NULL DEFAULT (jsonb('{}')),
    attempt integer NOT NULL DEFAULT 0,
    attempted_at timestamp,
    attempted_by blob,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    errors blob,
    finalized_at timestamp,
    kind text NOT NULL,
    metadata blob NOT NULL DEFAULT (jsonb('{}')),
    priority integer NOT NULL DEFAULT 1,
    queue text NOT NULL DEFAULT 'default',
    state text NOT NULL DEFAULT 'available',
    scheduled_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    tags blob NOT NULL DEFAULT (jsonb('[]')),
    unique_key blob,
    unique_states integer,
    max_attempts integer NOT NULL DEFAULT 25,
    CONSTRAINT finalized_or_finalized_at_null CHECK (
        (finalized_at IS NULL) = (state NOT IN ('cancelled', 'completed', 'discarded'))
    ),
    CONSTRAINT state_valid CHECK (
        state IN ('available', 'cancelled', 'completed', 'discarded', 'pending', 'retryable', 'running', 'scheduled')
    )
);
CREATE INDEX river_job_kind ON river_job (kind);
CREATE INDEX river_job_state_and_finalized_at_index ON river_job (state, finalized_at) WHERE finalized_at IS NOT NULL;
CREATE INDEX river_job_prioritized_fetching_index ON river_job (state, queue, priority, scheduled_at, id);

INSERT INTO river_job (id, kind, state, attempt, attempted_at, attempted_by, metadata, finalized_at, scheduled_at, created_at)
VALUES
    (1, 'mail', 'running', 1, '2026-04-11 01:18:00', jsonb('["host_2026_04_11"]'), jsonb('{}'), NULL, '2026-04-11 01:17:59.5', '2026-04-11 01:17:59.5'),
    (2, 'mail', 'running', 1, '2026-04-11 03:17:40', jsonb('["host_2026_04_11"]'), jsonb('{}'), NULL, '2026-04-11 01:17:59.5', '2026-04-11 01:17:59.5'),
    (3, 'mail', 'running', 25, '2026-04-11 01:18:00', jsonb('["host_2026_04_11"]'), jsonb('{}'), NULL, '2026-04-11 01:17:59.5', '2026-04-01 01:17:59.5'),
    (4, 'mail', 'running', 1, '2026-04-11 01:18:00', jsonb('["host_2026_04_11"]'), jsonb('{"cancel_attempted_at":"2026-04-11T01:20:00Z"}'), NULL, '2026-04-11 01:17:59.5', '2026-04-11 01:17:59.5'),
    (5, 'mail', 'available', 0, NULL, NULL, jsonb('{}'), NULL, '2026-04-11 01:17:59.5', '2026-04-11 01:17:59.5'),
    (6, 'mail', 'retryable', 2, '2026-04-11 01:18:00', jsonb('["host_2026_04_11"]'), jsonb('{}'), NULL, '2026-04-11 05:17:59.123', '2026-04-11 01:17:59.5'),
    (7, 'mail', 'completed', 1, '2026-04-11 01:18:00', jsonb('["host_2026_04_11"]'), jsonb('{}'), '2026-04-11 01:18:03.25', '2026-04-11 01:17:59.5', '2026-04-11 01:17:59.5'),
    (8, 'mail', 'discarded', 25, '2026-04-11 01:18:00', jsonb('["host_2026_04_11"]'), jsonb('{}'), '2026-04-11 01:18:03.25', '2026-04-11 01:17:59.5', '2026-04-01 01:17:59.5');
