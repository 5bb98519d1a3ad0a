-- The task and the time of every reap that is on record in the queue's own events.
SELECT {e.task}, {e.time}
FROM {events} AS e
WHERE {is_reap}
