-- n8n 2.40 (@n8n/db 1.40.4), as its migrations leave the table of executions. Now is 2026-04-11T03:18:00Z, times in UTC.
-- dead: 1 (it began two hours ago). live: 2 (it began 20 s ago). 3 has waited and is under way again, since nobody knows
-- when; it is left alone, as is 4, which was deleted. The rest is queued, waits or is over.
CREATE TABLE workflow_entity (
    id varchar(36) PRIMARY KEY NOT NULL,
    name varchar(128) NOT NULL,
    active boolean NOT NULL,
    nodes text,
    versionId varchar(36) NOT NULL
);
CREATE TABLE execution_entity (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    workflowId varchar(36) NOT NULL,
    finished boolean NOT NULL,
    mode varchar NOT NULL,
    retryOf varchar,
    retrySuccessId varchar,
    startedAt datetime,
    stoppedAt datetime,
    waitTill datetime,
    status varchar NOT NULL,
    deletedAt datetime(3),
    createdAt datetime(3) NOT NULL DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    storedAt varchar(2) NOT NULL DEFAULT ('db'),
    tracingContext text,
    deduplicationKey varchar(255),
    jsonSizeBytes bigint NOT NULL DEFAULT (0),
    workflowVersionId varchar(36) DEFAULT (NULL),
    binaryDataSizeBytes bigint NOT NULL DEFAULT (0),
    usedPrivateCredentials BOOLEAN NOT NULL DEFAULT FALSE,
    CHECK (storedAt IN ('db', 'fs', 's3', 'az')),
    FOREIGN KEY (workflowId) REFERENCES workflow_entity (id) ON DELETE CASCADE
);
CREATE INDEX IDX_execution_entity_stoppedAt ON execution_entity (stoppedAt);
CREATE UNIQUE INDEX IDX_execution_entity_deduplicationKey ON execution_entity (deduplicationKey)
    WHERE deduplicationKey IS NOT NULL;
CREATE TABLE execution_data (
    executionId int PRIMARY KEY NOT NULL,
    workflowData text NOT NULL,
    data text NOT NULL,
    workflowVersionId VARCHAR(36),
    FOREIGN KEY (executionId) REFERENCES execution_entity (id) ON DELETE CASCADE
);

INSERT INTO workflow_entity VALUES ('wfMail', 'Mail', 1, '[]', 'v1');
INSERT INTO execution_entity
    (id, workflowId, finished, mode, startedAt, stoppedAt, waitTill, status, deletedAt, createdAt)
VALUES
    (1, 'wfMail', 0, 'trigger', '2026-04-11 01:18:00.000', NULL, NULL, 'running', NULL, '2026-04-11 01:17:59.900'),
    (2, 'wfMail', 0, 'webhook', '2026-04-11 03:17:40.000', NULL, NULL, 'running', NULL, '2026-04-11 03:17:39.900'),
    (3, 'wfMail', 0, 'trigger', '2026-04-10 01:18:00.000', '2026-04-10 01:18:05.250', NULL, 'running', NULL, '2026-04-10 01:17:59.900'),
    (4, 'wfMail', 0, 'trigger', '2026-04-11 01:18:00.000', NULL, NULL, 'running', '2026-04-11 02:00:00.000', '2026-04-11 01:17:59.900'),
    (5, 'wfMail', 0, 'trigger', NULL, NULL, NULL, 'new', NULL, '2026-04-11 01:17:59.900'),
    (6, 'wfMail', 0, 'trigger', '2026-04-11 01:18:00.000', '2026-04-11 01:18:01.000', '2026-04-12 01:18:01.000', 'waiting', NULL, '2026-04-11 01:17:59.900'),
    (7, 'wfMail', 1, 'trigger', '2026-04-11 01:18:00.000', '2026-04-11 01:18:01.000', NULL, 'success', NULL, '2026-04-11 01:17:59.900'),
    (8, 'wfMail', 0, 'trigger', '2026-04-11 01:18:00.000', '2026-04-11 01:18:01.000', NULL, 'error', NULL, '2026-04-11 01:17:59.900'),
    (9, 'wfMail', 0, 'manual', '2026-04-11 01:18:00.000', '2026-04-11 01:18:01.000', NULL, 'crashed', NULL, '2026-04-11 01:17:59.900');
INSERT INTO execution_data (executionId, workflowData, data) SELECT id, '{}', '[]' FROM execution_entity;
