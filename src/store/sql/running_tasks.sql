-- The running tasks in the order of their keys, each with its active run, where that is a run of its own.
-- {which} narrows them down: to those behind a key (the next page), or to one id (a second look); ?1 is that value.
-- The held columns stand last. A role that the database lacks reads as NULL.
SELECT {t.key}, {t.id}, {t.active_run}, {t.heartbeat}, {t.started}, {t.updated},
       {r.key}, {r.id}, {r.status}, {r.heartbeat}, {r.started}, {r.ended}
       {held}
FROM {tasks} AS t
LEFT JOIN {runs} AS r ON {r.id} = {t.active_run} AND {r.task} = {t.id}
WHERE {t.status} = {running} {in_project} {which}
ORDER BY {t.key}
