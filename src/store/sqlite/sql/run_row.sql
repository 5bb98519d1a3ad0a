-- The run with key ?1.
SELECT {columns}
FROM {runs} AS r
WHERE {r.key = ?1}
