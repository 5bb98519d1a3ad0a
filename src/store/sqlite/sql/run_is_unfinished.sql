-- Run ?1, if it is there and not finished by its word, whatever the queue's triggers did.
SELECT 1
FROM {runs} AS r
WHERE {r.key = ?1} AND ({is_finished}) IS NOT TRUE
