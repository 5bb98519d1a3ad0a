-- Resets task ?1, unless it moved on: it must still have status ?2 and the active run ?3 that the verdict saw. It gets
-- status ?4; the parameters behind that are *now* in the form of each time that is written, or NULL to leave one as it is.
UPDATE {or_abort} {tasks} AS t
SET {assignments}
WHERE {t.key = ?1} AND {t.status} IS ?2 AND {t.active_run} IS ?3 {and_running}
