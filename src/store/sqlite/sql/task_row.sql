-- The task with key ?1, if it is one that is swept.
SELECT {columns}
FROM {tasks} AS t
WHERE {t.key = ?1} {condition}
