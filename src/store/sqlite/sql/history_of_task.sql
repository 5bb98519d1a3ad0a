-- All runs of task ?1: where none is unfinished and the task names none, the one begun last is its active run.
SELECT {columns}
FROM {runs} AS r
WHERE {r.task = ?1}
