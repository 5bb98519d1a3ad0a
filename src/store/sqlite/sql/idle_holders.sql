-- The tasks that wait to be done, and what they hold of that which one alone can have; one of these columns at least has a
-- value.
SELECT {t.id}, {columns}
FROM {tasks} AS t
WHERE {is_open} AND ({holds})
