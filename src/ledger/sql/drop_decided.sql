-- Drops the tasks of scope ?1 that were not found undecided at ?2.
DELETE FROM undecided WHERE scope = ?1 AND last_seen <> ?2
