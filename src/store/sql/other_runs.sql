-- The unfinished runs of running tasks, each with its task's key: those of one task, {which} says, or of all of them.
-- Task and run meet column to column, so that the types of both count, as they do where the active run is looked up.
-- Words are compared byte by byte, as the verdict does, whatever the column's collation; a NULL status is unfinished.
SELECT {r.key}, {r.id}, {r.status}, {r.heartbeat}, {r.started}, {r.ended}, {t.key}
FROM {tasks} AS t
{join} JOIN {runs} AS r ON {r.task} = {t.id}
WHERE {which} AND ({is_finished}) IS NOT TRUE
