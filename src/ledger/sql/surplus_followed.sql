-- Drops the runs beyond ?1 that were not seen for longest, to the day; at most ?2.
DELETE FROM followed
WHERE id IN (
    SELECT id FROM followed ORDER BY day, id LIMIT min(?2, max(0, (SELECT count(*) FROM followed) - ?1))
)
