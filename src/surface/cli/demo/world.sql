-- The demo's world: a queue of two projects, 22 minutes after its supervisor was killed together with all workers
-- of a slot group. temp.clock(now) says when that is; every time below is in minutes before it.
CREATE TEMP VIEW ago AS
    SELECT minutes, strftime('%Y-%m-%dT%H:%M:%SZ', now, '-' || minutes || ' minutes') AS at
    FROM clock, (WITH RECURSIVE count(minutes) AS (SELECT 0 UNION ALL SELECT minutes + 1 FROM count LIMIT 3000)
                 SELECT minutes FROM count);

CREATE VIEW board AS
    SELECT t.id AS task, p.name AS project, t.task_type AS kind, t.status,
           coalesce(r.status, iif(t.active_run_id = '', '', 'missing')) AS run,
           coalesce(max(r.last_heartbeat, r.started_at), r.started_at, t.started_at, '') AS seen,
           t.assigned_slot AS slot
    FROM tasks t
    JOIN projects p ON p.id = t.project_id
    LEFT JOIN task_runs r ON r.id = t.active_run_id AND r.task_id = t.id
    WHERE t.status IN ('running', 'open')
    ORDER BY t.id;

CREATE VIEW reaps AS
    SELECT task_id AS task, payload ->> 'condition' AS condition, payload ->> 'reason' AS reason,
           payload ->> 'age_s' AS age_s, payload ->> '$.released.task.assigned_slot' AS slot_freed
    FROM task_events
    WHERE event_type = 'zombie_reaped'
    ORDER BY task_id;

INSERT INTO projects
SELECT v.column1, v.column2, at FROM ago, (VALUES ('p1', 'SciDEX'), ('p2', 'Lattice')) AS v
WHERE minutes = 2880;

-- task, project, title, kind, run ('': none), run's status ('': no such run), started, heartbeat, ended, slot
CREATE TEMP TABLE plot AS
SELECT column1 AS id, column2 AS project, column3 AS title, column4 AS kind, column5 AS run, column6 AS run_status,
       column7 AS started, column8 AS heartbeat, column9 AS ended, column10 AS slot
FROM (VALUES
    -- killed at work: the run still says running, its heart stopped 22 minutes ago
    ('S-01', 'p1', 'Fold the kinase set',         'one_shot',  'r01', 'running',   95, 22, NULL, 'slot-01'),
    ('S-02', 'p1', 'Embed new abstracts',         'recurring', 'r02', 'running',   31, 22, NULL, 'slot-02'),
    ('S-03', 'p1', 'Score hypotheses',            'recurring', 'r03', 'running',   28, 23, NULL, 'slot-03'),
    ('S-04', 'p1', 'Debate: tau or amyloid',      'one_shot',  'r04', 'running',   64, 22, NULL, 'slot-04'),
    ('S-05', 'p1', 'Refresh the atlas',           'one_shot',  'r05', 'starting',  22, NULL, NULL, 'slot-05'),
    ('L-01', 'p2', 'Relax lattice 7',             'one_shot',  'r06', 'running',  140, 22, NULL, 'slot-11'),
    ('L-02', 'p2', 'Nightly phonons',             'recurring', 'r07', 'running',   41, 24, NULL, 'slot-12'),
    -- the work had ended, the supervisor died before it said so
    ('S-06', 'p1', 'Publish the digest',          'recurring', 'r08', 'completed', 50, 23, 23,   'slot-06'),
    ('S-07', 'p1', 'Import the trial registry',   'one_shot',  'r09', 'failed',    45, 24, 24,   'slot-07'),
    ('L-03', 'p2', 'Converge the cutoff',         'one_shot',  'r10', 'aborted',   37, 25, 25,   'slot-13'),
    -- claimed, and never started; claimed for a run that was never written
    ('S-08', 'p1', 'Draft the wiki page',         'one_shot',  '',    '',          26, NULL, NULL, 'slot-08'),
    ('L-04', 'p2', 'Fit the potential',           'one_shot',  'r99', '',          23, NULL, NULL, 'slot-14'),
    -- alive: workers of the other slot group
    ('S-09', 'p1', 'Align the genomes',           'one_shot',  'r11', 'running',  210,  1, NULL, 'slot-09'),
    ('S-10', 'p1', 'Watch the preprints',         'recurring', 'r12', 'running',    9,  0, NULL, 'slot-10'),
    ('L-05', 'p2', 'Monte Carlo, 10^9 steps',     'one_shot',  'r13', 'running',  600,  2, NULL, 'slot-15'),
    ('L-06', 'p2', 'Plot the bands',              'one_shot',  'r14', 'running',    3, NULL, NULL, 'slot-16'),
    -- alive too: claimed a moment ago, its run is about to be written
    ('S-11', 'p1', 'Check the citations',         'one_shot',  '',    '',           1, NULL, NULL, 'slot-17')
);

INSERT INTO tasks (id, project_id, title, status, task_type, active_run_id, assigned_slot, workspace_path,
                   next_eligible_at, created_at, started_at, updated_at)
SELECT p.id, p.project, p.title, 'running', p.kind, p.run, p.slot, '/srv/trees/' || p.slot,
       iif(p.kind = 'recurring', s.at, NULL), c.at, s.at, s.at
FROM plot p JOIN ago s ON s.minutes = p.started JOIN ago c ON c.minutes = 2000;

INSERT INTO task_runs (id, task_id, status, slot, started_at, last_heartbeat, completed_at)
SELECT p.run, p.id, p.run_status, p.slot, s.at, h.at, e.at
FROM plot p
JOIN ago s ON s.minutes = p.started
LEFT JOIN ago h ON h.minutes = p.heartbeat
LEFT JOIN ago e ON e.minutes = p.ended
WHERE p.run_status <> '';

INSERT INTO workspaces (id, path, slot, task_id, run_id, status, leased_at)
SELECT 'w-' || p.slot, '/srv/trees/' || p.slot, p.slot, p.id, nullif(p.run, ''), 'leased', s.at
FROM plot p JOIN ago s ON s.minutes = p.started;

-- nothing readable says whether this one is alive
INSERT INTO tasks (id, project_id, title, status, active_run_id, assigned_slot, created_at, started_at, updated_at)
SELECT 'L-07', 'p2', 'Port the mesher', 'running', 'r15', 'slot-18', at, NULL, at FROM ago WHERE minutes = 2000;
INSERT INTO task_runs (id, task_id, status, slot, started_at) VALUES ('r15', 'L-07', 'running', 'slot-18', 'yesterday');

-- the rest of the queue, at peace
INSERT INTO tasks (id, project_id, title, status, task_type, created_at, updated_at)
SELECT v.column1, v.column2, v.column3, v.column4, v.column5, at, at
FROM ago, (VALUES
    ('S-12', 'p1', 'Cluster the figures',   'open',    'one_shot'),  ('S-13', 'p1', 'Dedupe the authors', 'open',     'one_shot'),
    ('S-14', 'p1', 'Weekly report',         'open',    'recurring'), ('S-15', 'p1', 'Review the prompts', 'blocked',  'one_shot'),
    ('S-16', 'p1', 'Seed the atlas',        'done',    'one_shot'),  ('S-17', 'p1', 'Migrate the wiki',   'done',     'one_shot'),
    ('L-08', 'p2', 'Benchmark the solver',  'open',    'one_shot'),  ('L-09', 'p2', 'Tune the k-mesh',    'failed',   'one_shot'),
    ('L-10', 'p2', 'Archive run 2025',      'archived', 'one_shot'), ('L-11', 'p2', 'Weekly summary',     'open',     'recurring')
) AS v
WHERE minutes = 1500;

DROP TABLE temp.plot;
DROP VIEW temp.ago;
