-- Resets task ?1, unless it moved on: it must still be running, with the active run ?2 that the verdict saw.
UPDATE {tasks} AS t
SET {assignments}
WHERE {key} = ?1 AND {status} = {running} AND {active_run} IS ?2
