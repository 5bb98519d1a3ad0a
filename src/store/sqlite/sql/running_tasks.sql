-- The running tasks in the order of their keys; where an index leads there, each with its active run.
-- {which} narrows them down: to those behind a key (the next page), or to one (another look); ?1 is that key.
SELECT {columns}
FROM {tasks} AS t
{meeting}
WHERE {is_running} {in_project} {which}
ORDER BY {t.key}
