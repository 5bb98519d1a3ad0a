-- The ages of the living of database ?1 in each sweep since ?2, the oldest first.
SELECT s.at, l.project, l.kind, l.others, l.largest, l.ages, l.without
FROM scopes AS c JOIN sweeps AS s ON s.scope = c.id JOIN living AS l ON l.sweep = s.id
WHERE c.database = ?1 AND s.at >= ?2
ORDER BY s.at, s.id, l.place
