-- The unfinished runs of task ?1 other than the one with key ?2 (NULL: none is left out).
-- Words are compared byte by byte, as the verdict does, whatever the column's collation; a NULL status is unfinished.
SELECT {r.key}, {r.id}, {r.status}, {r.heartbeat}, {r.started}, {r.ended}
FROM {runs} AS r
WHERE {r.task} = ?1 AND {r.key} IS NOT ?2 AND ({r.status} COLLATE BINARY IN ({finished})) IS NOT TRUE
