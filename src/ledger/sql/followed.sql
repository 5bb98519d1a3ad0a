-- The runs of database ?1 that were followed.
SELECT f.run, f.run_parts, f.project, f.kind, f.began, f.first, f.last, f.gap_from, f.gap_to, f.seen
FROM scopes AS c JOIN followed AS f ON f.scope = c.id
WHERE c.database = ?1
ORDER BY f.seen, f.id
