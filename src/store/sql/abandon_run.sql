-- Abandons run ?1, unless its status is no longer ?2, the unfinished one that the verdict saw.
UPDATE {runs} AS r
SET {assignments}
WHERE {key} = ?1 AND {status} IS ?2
