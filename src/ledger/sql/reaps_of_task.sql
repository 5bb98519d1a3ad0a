-- The same of a task whose id is one of the values of the JSON array ?4; and those whose id is bytes or of several parts, of which it has to
-- be seen by their look.
SELECT r.at, r.task, r.task_parts, r.run, r.run_parts, r.reason, r.sign_of_life, r.actor, r.parked, r.sweep, r.place,
    r.condition AS condition, r.threshold AS threshold
FROM reaps AS r JOIN sweeps AS s ON s.id = r.sweep JOIN scopes AS c ON c.id = s.scope
WHERE r.task IN (SELECT value FROM json_each(?4))
  AND NOT (task_parts OR typeof(task) = 'blob')
  AND r.at >= ?1
  AND (?2 IS NULL OR r.project = ?2)
  AND (?3 IS NULL OR r.reason = ?3)
  AND (?5 IS NULL OR c.database = ?5)
UNION ALL
SELECT r.at, r.task, r.task_parts, r.run, r.run_parts, r.reason, r.sign_of_life, r.actor, r.parked, r.sweep, r.place,
    r.condition AS condition, r.threshold AS threshold
FROM reaps AS r JOIN sweeps AS s ON s.id = r.sweep JOIN scopes AS c ON c.id = s.scope
WHERE (task_parts OR typeof(task) = 'blob')
  AND r.at >= ?1
  AND (?2 IS NULL OR r.project = ?2)
  AND (?3 IS NULL OR r.reason = ?3)
  AND (?5 IS NULL OR c.database = ?5)
ORDER BY 1 DESC, 10 DESC, 11 DESC
