-- dead: dead0000000000000000000000000001   claimed two hours ago
-- live: 11fe0000000000000000000000000001   claimed 20 s ago
-- django-tasks-db on SQLite, at 2026-04-11T03:18:00Z. Besides: one task waits, one succeeded, one failed.
CREATE TABLE django_tasks_database_dbtaskresult (
    id                   char(32) NOT NULL PRIMARY KEY,
    args_kwargs          text NOT NULL CHECK (JSON_VALID(args_kwargs) OR args_kwargs IS NULL),
    priority             integer NOT NULL,
    task_path            text NOT NULL,
    queue_name           varchar(32) NOT NULL,
    backend_name         varchar(32) NOT NULL,
    run_after            datetime NOT NULL,
    enqueued_at          datetime NOT NULL,
    finished_at          datetime NULL,
    started_at           datetime NULL,
    return_value         text NULL CHECK (JSON_VALID(return_value) OR return_value IS NULL),
    exception_class_path text NOT NULL,
    traceback            text NOT NULL,
    worker_ids           text NOT NULL CHECK (JSON_VALID(worker_ids) OR worker_ids IS NULL),
    status               varchar(10) NOT NULL,
    CONSTRAINT priority_range CHECK (priority BETWEEN -100 AND 100)
);
CREATE INDEX django_task_queue_n_99c321_idx ON django_tasks_database_dbtaskresult (queue_name);
CREATE INDEX tasks_db_new_ordering_idx ON django_tasks_database_dbtaskresult (status, priority DESC, run_after, enqueued_at)
    WHERE status = 'READY';

INSERT INTO django_tasks_database_dbtaskresult
    (id, args_kwargs, priority, task_path, queue_name, backend_name, run_after, enqueued_at, started_at, finished_at, return_value,
     exception_class_path, traceback, worker_ids, status) VALUES
    ('dead0000000000000000000000000001', '{"args": [1], "kwargs": {}}', 0, 'app.tasks.work', 'default', 'default', '9999-01-01 00:00:00',
     '2026-04-11 01:17:00.644198', '2026-04-11 01:18:00.758996', NULL, NULL, '', '', '["w1"]', 'RUNNING'),
    ('11fe0000000000000000000000000001', '{"args": [2], "kwargs": {}}', 0, 'app.tasks.work', 'default', 'default', '9999-01-01 00:00:00',
     '2026-04-11 01:17:01.674063', '2026-04-11 03:17:40.214603', NULL, NULL, '', '', '["w2"]', 'RUNNING'),
    ('0000000000000000000000000000aaaa', '{"args": [3], "kwargs": {}}', 0, 'app.tasks.work', 'default', 'default', '9999-01-01 00:00:00',
     '2026-04-11 01:17:02.690006', NULL, NULL, NULL, '', '', '[]', 'READY'),
    ('0000000000000000000000000000bbbb', '{"args": [4], "kwargs": {}}', 0, 'app.tasks.work', 'default', 'default', '9999-01-01 00:00:00',
     '2026-04-11 00:50:00.644198', '2026-04-11 00:50:01.714603', '2026-04-11 00:50:02.737748', '4', '', '', '["w1"]', 'SUCCESSFUL'),
    ('0000000000000000000000000000cccc', '{"args": [5], "kwargs": {}}', 0, 'app.tasks.work', 'default', 'default', '9999-01-01 00:00:00',
     '2026-04-11 00:50:00.644198', '2026-04-11 00:50:03.714603', '2026-04-11 00:50:04.737748', NULL, 'builtins.ValueError',
     'ValueError: 5', '["w1"]', 'FAILED');
