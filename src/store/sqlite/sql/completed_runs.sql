-- The ends of the runs that were completed: of all tasks, or of task ?1.
SELECT {columns}
FROM {runs} AS r
WHERE {r.status} IN ({completed}) {of_task}
