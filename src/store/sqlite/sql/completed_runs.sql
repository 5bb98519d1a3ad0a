-- The status and the times of runs: of task ?1, those made last first where an index has them so; or of all that were completed.
SELECT {columns}
FROM {runs} AS r
WHERE {condition}
{newest_first}
