-- The id and the pointer of every running task, of whatever project.
SELECT {t.id}, {t.active_run}
FROM {tasks} AS t
WHERE {is_running}
