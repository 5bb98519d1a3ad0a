-- What is on record of our own doings: of all tasks, or of task ?1.
SELECT {e.task}, {e.kind}, {e.time}, {e.actor}, {e.payload}, {e.run}
FROM {events} AS e
WHERE {e.kind} IN ({ours}) {of_task}
