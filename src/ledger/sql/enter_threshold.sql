-- Threshold ?4 is in force at ?6 for project ?2 and kind ?3 of scope ?1, because of ?5; since when is kept where it was before.
INSERT INTO thresholds (scope, project, kind, stale_after, because, since, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
ON CONFLICT DO UPDATE SET
    since = CASE WHEN stale_after = excluded.stale_after THEN since ELSE excluded.since END,
    stale_after = excluded.stale_after,
    because = excluded.because,
    seen = excluded.seen
