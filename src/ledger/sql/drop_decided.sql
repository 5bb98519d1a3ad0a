-- Drops the tasks that were not found undecided at ?2 by a sweep of scope ?1. One of all projects tells of each of them.
DELETE FROM undecided
WHERE scope IN (
        SELECT other.id
        FROM scopes AS own JOIN scopes AS other ON other.database = own.database
        WHERE own.id = ?1 AND (other.id = own.id OR own.project IS NULL)
    )
  AND task NOT IN (SELECT task FROM undecided WHERE scope = ?1 AND last_seen = ?2)
