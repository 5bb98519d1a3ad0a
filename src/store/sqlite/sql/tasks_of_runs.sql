-- The task, the id and the key of every run, in one look, where no index leads from the one to the other.
SELECT {r.task}, {r.id}, {r.key}
FROM {runs} AS r
