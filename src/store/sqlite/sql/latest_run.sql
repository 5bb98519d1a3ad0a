-- Where the run of task ?1 that was made last stands in the order of the rows.
SELECT max({r.key})
FROM {runs} AS r
WHERE {r.task = ?1}
