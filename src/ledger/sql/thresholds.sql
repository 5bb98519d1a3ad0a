-- What was in force at the last sweep of database ?1 that met the project and kind, whatever its scope.
SELECT nullif(t.project, ''), nullif(t.kind, ''), t.stale_after, max(t.seen)
FROM scopes AS c JOIN thresholds AS t ON t.scope = c.id
WHERE c.database = ?1
GROUP BY t.project, t.kind
