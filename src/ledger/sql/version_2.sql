-- What version 2 adds: what is learned of how long runs are silent.

-- When this ledger was begun, in one row, and in the place of which damaged one; none of one that version 1 began.
CREATE TABLE begun (
    at INTEGER NOT NULL,
    instead_of TEXT
);

-- Runs as looks saw them at work: the first and the last beat, and the longest silence between two. `day` is the day of
-- `seen`, so that what has not been seen for long is found by an index that a look does not have to change.
CREATE TABLE followed (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scopes (id),
    run NOT NULL,
    run_parts INTEGER NOT NULL,
    project TEXT,
    kind TEXT,
    began INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    gap_from INTEGER,
    gap_to INTEGER,
    seen INTEGER NOT NULL,
    day INTEGER NOT NULL
);
CREATE UNIQUE INDEX followed_by_run ON followed (scope, run, run_parts);
CREATE INDEX followed_by_day ON followed (day);

-- What was in force at the last sweep with a learned threshold, by project and kind, empty where there is none; why; since
-- when it is what it is; and which sweep found it so last.
CREATE TABLE thresholds (
    scope INTEGER NOT NULL REFERENCES scopes (id),
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    stale_after INTEGER NOT NULL,
    because TEXT NOT NULL,
    since INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (scope, project, kind)
) WITHOUT ROWID;

-- Since when thresholds are learned in a scope. `lost` says why what was learned before is not to be had any more: until
-- enough is learned anew, the most that may be borne is borne. It is null where nothing was learned before.
CREATE TABLE learning (
    scope INTEGER PRIMARY KEY REFERENCES scopes (id),
    since INTEGER NOT NULL,
    lost TEXT
);
