-- What was in force in scope ?1.
SELECT nullif(project, ''), nullif(kind, ''), stale_after FROM thresholds WHERE scope = ?1
