-- Reaps, the newest first: since ?1, of project ?2 or any, for reason ?3 or any, of database ?4 or any.
SELECT r.at, r.task, r.task_parts, r.run, r.run_parts, r.reason, r.sign_of_life, r.actor, r.parked,
    r.condition AS condition, r.threshold AS threshold
FROM reaps AS r JOIN sweeps AS s ON s.id = r.sweep JOIN scopes AS c ON c.id = s.scope
WHERE r.at >= ?1
  AND (?2 IS NULL OR r.project = ?2)
  AND (?3 IS NULL OR r.reason = ?3)
  AND (?4 IS NULL OR c.database = ?4)
ORDER BY r.at DESC, r.sweep DESC, r.place DESC
