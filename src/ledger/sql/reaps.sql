-- Reaps, the newest first: since ?1, of task ?2 in one of the forms of a JSON array or of any, of project ?3 or any, for
-- reason ?4 or any.
SELECT r.at, r.task, r.task_parts, r.run, r.run_parts, r.reason, r.sign_of_life, r.actor, r.parked
FROM reaps AS r
WHERE r.at >= ?1
  AND (?2 IS NULL OR r.task_parts OR typeof(r.task) = 'blob' OR r.task IN (SELECT value FROM json_each(?2)))
  AND (?3 IS NULL OR r.project = ?3)
  AND (?4 IS NULL OR r.reason = ?4)
ORDER BY r.at DESC, r.sweep DESC, r.place DESC
