-- Task ?1, if it still has status ?2 and the active run ?3.
SELECT 1
FROM {tasks} AS t
WHERE {t.key = ?1} AND {t.status} IS ?2 AND {t.active_run} IS ?3 {and_running}
