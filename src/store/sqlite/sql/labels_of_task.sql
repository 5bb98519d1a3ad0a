-- The project and the kind of a task that one of the parameters names.
SELECT NULL{labels}
FROM {tasks} AS t
WHERE {is_named}
LIMIT 1
