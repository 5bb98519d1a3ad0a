-- The latest events of task ?1 (?2: its id as text), {most} of them at most.
SELECT {e.kind}, {e.time}, {e.actor}, {e.payload}, {e.run}
FROM {events} AS e
WHERE {e.task} IN (?1, ?2) {and_kind}
ORDER BY {e.time} DESC, {e.key} DESC
LIMIT {most}
