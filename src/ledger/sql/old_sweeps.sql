-- The sweeps before ?1 and how many reaps each has, the oldest first; at most ?2.
SELECT id, reaped FROM sweeps WHERE at < ?1 ORDER BY at LIMIT ?2
