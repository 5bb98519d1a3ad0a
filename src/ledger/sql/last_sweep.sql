-- The last sweep of database ?1 that covered project ?2: one of all projects does, null is all of them. Where ?3, the last
-- that did all it was to do.
SELECT s.at, c.project, s.profile, s.scanned, s.healthy, s.undecided, s.failed, s.reaped, s.moved_on, s.held_back,
    s.transactions, s.duration_ms, s.error, s.version, s.boot_id, s.written_at, s.since_boot, s.awake
FROM scopes AS c JOIN sweeps AS s ON s.scope = c.id
WHERE c.database = ?1
  AND (c.project IS NULL OR c.project = ?2)
  AND NOT s.narrowed
  AND (NOT ?3 OR s.error IS NULL AND s.failed = 0 AND s.held_back = 0)
ORDER BY s.id DESC
LIMIT 1
