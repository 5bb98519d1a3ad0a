-- The time of the event that stands last in the order of times.
SELECT {e.time}
FROM {events} AS e
WHERE {is_reap}
ORDER BY {e.time} DESC
LIMIT 1
