-- The runs of task ?1 but for that with key ?2 that are not finished by their word.
-- Words are compared byte by byte, as the verdict does, whatever the column's collation; a NULL status is unfinished.
SELECT {columns}
FROM {runs} AS r
WHERE {r.task = ?1} AND {r.key} IS NOT ?2 AND ({is_finished}) IS NOT TRUE
