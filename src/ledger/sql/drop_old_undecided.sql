-- Drops the tasks of scopes that have not been swept since ?1.
DELETE FROM undecided WHERE last_seen < ?1
