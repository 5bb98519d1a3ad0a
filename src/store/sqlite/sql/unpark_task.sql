-- Opens task ?1, unless it is no longer parked: its status must still be ?2, and its id ?3, as a row id may pass to another
-- task. It gets status ?4; the parameters behind that are *now* in the form of each time that is written, or NULL to leave
-- one as it is.
UPDATE {or_abort} {tasks} AS t
SET {assignments}
WHERE {t.key = ?1} AND {t.status} IS ?2 AND {t.id} COLLATE BINARY IS ?3
