-- The event with key ?1, if no trigger of the queue took it away.
SELECT 1
FROM {events} AS e
WHERE {e.key} = ?1
