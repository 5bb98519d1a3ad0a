-- The task of run ?1, by the run's id.
SELECT {r.task}
FROM {runs} AS r
WHERE {r.id} = ?1
