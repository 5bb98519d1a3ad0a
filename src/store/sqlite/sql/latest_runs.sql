-- The runs of task ?1, those that were made last first, {most} of them at most.
SELECT {columns}
FROM {runs} AS r
WHERE {r.task = ?1}
ORDER BY {r.key} DESC
LIMIT {most}
