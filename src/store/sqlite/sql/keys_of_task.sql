-- The keys of all runs of task ?1: whether one was inserted since is seen by them.
SELECT {r.key}
FROM {runs} AS r
WHERE {r.task = ?1}
