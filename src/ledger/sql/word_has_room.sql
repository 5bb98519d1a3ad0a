-- Whether reaps for reason ?2 are counted apart in scope ?1: they are already, or fewer than ?3 reasons are that a run's word
-- makes.
SELECT
    EXISTS (SELECT 1 FROM totals WHERE scope = ?1 AND name = 'reaped' AND label = ?2)
    OR (SELECT count(*) FROM totals WHERE scope = ?1 AND name = 'reaped' AND label GLOB 'run_*') < ?3
