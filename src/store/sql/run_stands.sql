-- Run ?1, if its status still is ?2.
SELECT 1
FROM {runs} AS r
WHERE {key} = ?1 AND {status} IS ?2
