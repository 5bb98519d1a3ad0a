-- The latest events of task ?1 (?2: its id as text), {most} of them at most.
SELECT {e.kind}, {e.time}, {e.actor}, {e.payload}, {e.run}
FROM {events} AS e
WHERE {e.task} IN (?1, ?2)
  -- What the queue takes for the same id is another task's, unless it is the same byte by byte.
  AND (+{e.task} = ?1 COLLATE BINARY OR CAST({e.task} AS TEXT) = ?2 COLLATE BINARY)
  {and_kind}
ORDER BY {e.time} DESC, {e.key} DESC
LIMIT {most}
