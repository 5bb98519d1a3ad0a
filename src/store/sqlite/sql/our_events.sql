-- What is on record: of task ?1, the newest first where an index has them so; or of our own doings of all tasks.
-- What others have written is of no interest but for its time.
SELECT {e.task}, {e.kind}, {e.time}, {e.actor}, CASE WHEN {e.kind} IN ({ours}) THEN {e.payload} END, {e.run}
FROM {events} AS e
WHERE {condition}
{newest_first}
