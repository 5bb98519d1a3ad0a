-- The run with key ?1 and those behind it, {most} of them at most.
SELECT {r.key}, {r.id}, {r.task}
FROM {runs} AS r
WHERE {r.key} >= ?1
ORDER BY {r.key}
LIMIT {most}
