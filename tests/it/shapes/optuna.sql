-- dead: 2   its worker beat last two hours ago
-- live: 3   its worker beat 20 s ago
-- Optuna's trials on SQLite, at 2026-04-11T03:18:00Z. Besides: 1 is complete, 4 waits, 5 runs since two hours without ever beating.
CREATE TABLE studies (
    study_id   INTEGER NOT NULL,
    study_name VARCHAR(512) NOT NULL,
    PRIMARY KEY (study_id)
);
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE TABLE trials (
    trial_id          INTEGER NOT NULL,
    number            INTEGER,
    study_id          INTEGER,
    state             VARCHAR(8) NOT NULL,
    datetime_start    DATETIME,
    datetime_complete DATETIME,
    PRIMARY KEY (trial_id),
    FOREIGN KEY (study_id) REFERENCES studies (study_id)
);
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE TABLE trial_params (
    param_id          INTEGER NOT NULL,
    trial_id          INTEGER,
    param_name        VARCHAR(512),
    param_value       FLOAT,
    distribution_json TEXT,
    PRIMARY KEY (param_id),
    UNIQUE (trial_id, param_name),
    FOREIGN KEY (trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_heartbeats (
    trial_heartbeat_id INTEGER NOT NULL,
    trial_id           INTEGER NOT NULL,
    heartbeat          DATETIME NOT NULL,
    PRIMARY KEY (trial_heartbeat_id),
    UNIQUE (trial_id),
    FOREIGN KEY (trial_id) REFERENCES trials (trial_id)
);

INSERT INTO studies VALUES (1, 'study');
INSERT INTO trials VALUES
    (1, 0, 1, 'COMPLETE', '2026-04-11 00:50:00.286334', '2026-04-11 00:50:09.365314'),
    (2, 1, 1, 'RUNNING',  '2026-04-11 00:50:10.389562', NULL),
    (3, 2, 1, 'RUNNING',  '2026-04-11 00:50:11.389562', NULL),
    (4, 3, 1, 'WAITING',  NULL,                         NULL),
    (5, 4, 1, 'RUNNING',  '2026-04-11 01:18:00.389562', NULL);
INSERT INTO trial_params VALUES
    (1, 1, 'x', 0.0, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 10.0, "log": false}}'),
    (2, 2, 'x', 1.0, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 10.0, "log": false}}');
-- The first beat is written by SQLite, the later ones by SQLAlchemy.
INSERT INTO trial_heartbeats VALUES
    (1, 1, '2026-04-11 00:50:00'),
    (2, 2, '2026-04-11 01:18:00.000000'),
    (3, 3, '2026-04-11 03:17:40.000000');
