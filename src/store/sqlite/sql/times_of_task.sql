-- What the task with id ?1 says of when it came to be what it is.
SELECT {times}
FROM {tasks} AS t
WHERE {is_id}
