-- liteque 0.8.0, as its migrations leave the table. Now is 2026-04-11T03:18:00Z; times in seconds, availableAt in milliseconds.
-- dead: 1 and 2 (their leases were over two hours ago; of 2 no run is left). live: 3 (its lease has 40 s to go). The rest
-- waits or has failed; what is done is deleted.
CREATE TABLE tasks (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    queue text NOT NULL,
    payload text NOT NULL,
    createdAt integer NOT NULL,
    status text DEFAULT 'pending' NOT NULL,
    expireAt integer,
    allocationId text NOT NULL,
    numRunsLeft integer NOT NULL,
    maxNumRuns integer NOT NULL,
    idempotencyKey text,
    priority integer DEFAULT 0 NOT NULL,
    availableAt integer
);
CREATE INDEX tasks_queue_idx ON tasks (queue);
CREATE INDEX tasks_status_idx ON tasks (status);
CREATE INDEX tasks_expire_at_idx ON tasks (expireAt);
CREATE UNIQUE INDEX tasks_queue_idempotencyKey_unique ON tasks (queue, idempotencyKey);

INSERT INTO tasks VALUES
    (1, 'crawl', '{"n":1}', 1775870200, 'running', 1775870280, 'a1b2c3', 5, 6, NULL, 0, 1775870200000),
    (2, 'crawl', '{"n":2}', 1775870200, 'running', 1775870280, 'd4e5f6', 0, 6, 'n2', 0, 1775870200000),
    (3, 'crawl', '{"n":3}', 1775870200, 'running', 1775877520, 'g7h8i9', 5, 6, NULL, 0, 1775870200000),
    (4, 'crawl', '{"n":4}', 1775870200, 'pending', NULL, 'j1k2l3', 6, 6, NULL, 0, 1775870200000),
    (5, 'crawl', '{"n":5}', 1775870200, 'pending_retry', NULL, 'm4n5o6', 3, 6, NULL, 0, 1775870250123),
    (6, 'crawl', '{"n":6}', 1775870200, 'failed', NULL, 'p7q8r9', 0, 6, NULL, 0, 1775870250123);
