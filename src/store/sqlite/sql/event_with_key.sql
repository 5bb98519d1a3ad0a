-- The event with key ?1.
SELECT {e.task}, {e.kind}, {e.time}, {e.actor}, {e.payload}, {e.run}
FROM {events} AS e
WHERE {e.key = ?1}
