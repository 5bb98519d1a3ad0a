-- What scope ?1 has counted: since when, and name, label and count of each, or nothing yet.
SELECT c.since, t.name, t.label, t.count
FROM scopes AS c LEFT JOIN totals AS t ON t.scope = c.id
WHERE c.id = ?1
