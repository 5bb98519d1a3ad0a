-- The id and the pointer of every task at work, whether a sweep looks at it or not.
SELECT {t.id}, {t.active_run}
FROM {tasks} AS t
WHERE {is_at_work}
