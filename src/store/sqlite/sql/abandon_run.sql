-- Abandons run ?1, unless its status is no longer ?2, the unfinished one that the verdict saw. It gets status ?3, and
-- ends at ?4, *now*, or NULL where it has an end.
UPDATE {or_abort} {runs} AS r
SET {assignments}
WHERE {r.key = ?1} AND {r.status} IS ?2 {and_open}
