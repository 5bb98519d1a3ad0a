-- dead: 019d77fc-1f40-7001-8000-00000000dead   locked two hours ago
-- live: 019d77fc-1f40-7002-8000-0000000011fe   locked 20 s ago
-- litequeue 0.14, at 2026-04-11T03:18:00Z. 0.9 has neither the last two columns nor the unique index. Besides: one message waits, one is
-- done, one failed.
CREATE TABLE "Queue" (
    data            TEXT NOT NULL,
    message_id      TEXT NOT NULL,
    status          INTEGER NOT NULL,   -- 0 ready, 1 locked, 2 done, 3 failed
    in_time         INTEGER NOT NULL,   -- nanoseconds since the epoch, as all times here
    lock_time       INTEGER,
    done_time       INTEGER,
    idempotency_key TEXT,
    claim_id        INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX "Queue_message_id_unique_idx" ON "Queue" (message_id);
CREATE INDEX "Queue_status_message_id_idx" ON "Queue" (status, message_id);
CREATE UNIQUE INDEX "Queue_idempotency_key_unique_idx" ON "Queue" (idempotency_key) WHERE idempotency_key IS NOT NULL;

INSERT INTO "Queue" VALUES
    ('done',   '019d77fc-1f40-7000-8000-0000000000aa', 2, 1775868600138380756, 1775868600139690763, 1775868601139878965, NULL, 1),
    ('dead',   '019d77fc-1f40-7001-8000-00000000dead', 1, 1775868600139553326, 1775870280139919166, NULL,                NULL, 1),
    ('living', '019d77fc-1f40-7002-8000-0000000011fe', 1, 1775868600139599366, 1775877460585833608, NULL,                NULL, 2),
    ('waits',  '019d77fc-1f40-7003-8000-0000000000bb', 0, 1775868600139628439, NULL,                NULL,                NULL, 0),
    ('failed', '019d77fc-1f40-7004-8000-0000000000cc', 3, 1775868600139700000, 1775868602000000000, 1775868603000000000, NULL, 1);
