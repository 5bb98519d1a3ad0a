-- Drops the runs that were not seen since ?1, which is of day ?2; at most ?3.
DELETE FROM followed
WHERE id IN (SELECT id FROM followed WHERE day <= ?2 AND seen < ?1 ORDER BY day LIMIT ?3)
