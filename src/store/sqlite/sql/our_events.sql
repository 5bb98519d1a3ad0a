-- What is on record of our own doings: of all tasks, or of task ?1.
SELECT {e.task}, {e.type}, {e.time}, {e.payload}, {e.actor}
FROM {events} AS e
WHERE {e.type} IN ({ours}) {of_task}
