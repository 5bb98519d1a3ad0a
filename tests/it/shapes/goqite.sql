-- goqite 0.4.0. Now is 2026-04-11T03:18:00Z.
-- dead: m_dead (its time was over two hours ago). live: m_live (its time was extended 20 s ago and has 40 s to go). m_given_up
-- was received three times, and goqite gives it out no more. The rest waits; what is done is deleted.
CREATE TABLE goqite (
    id text PRIMARY KEY DEFAULT ('m_' || lower(hex(randomblob(16)))),
    created text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
    updated text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
    queue text NOT NULL,
    body blob NOT NULL,
    timeout text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
    received integer NOT NULL DEFAULT 0,
    priority integer NOT NULL DEFAULT 0
) STRICT;
INSERT INTO goqite (id, created, updated, queue, body, timeout, received) VALUES
    ('m_dead', '2026-04-11T01:17:00.000Z', '2026-04-11T01:17:30.000Z', 'mail', x'01', '2026-04-11T01:18:00.000Z', 1),
    ('m_live', '2026-04-11T01:17:00.000Z', '2026-04-11T03:17:40.000Z', 'mail', x'02', '2026-04-11T03:18:40.000Z', 1),
    ('m_given_up', '2026-04-11T01:17:00.000Z', '2026-04-11T01:17:30.000Z', 'mail', x'03', '2026-04-11T01:18:00.000Z', 3),
    ('m_waiting', '2026-04-11T01:17:00.000Z', '2026-04-11T01:17:00.000Z', 'mail', x'04', '2026-04-11T01:17:00.000Z', 0),
    ('m_later', '2026-04-11T01:17:00.000Z', '2026-04-11T01:17:00.000Z', 'mail', x'05', '2026-04-11T05:00:00.000Z', 0);
CREATE TRIGGER goqite_updated_timestamp AFTER UPDATE ON goqite BEGIN
    UPDATE goqite SET updated = strftime('%Y-%m-%dT%H:%M:%fZ') WHERE id = old.id;
END;
CREATE INDEX goqite_queue_priority_created_idx ON goqite (queue, priority DESC, created);
