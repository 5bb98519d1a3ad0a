-- Task ?2 of scope ?1 is undecided at ?4 because of ?3; since when is kept.
INSERT INTO undecided (scope, task, why, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?4)
ON CONFLICT DO UPDATE SET why = excluded.why, last_seen = excluded.last_seen
