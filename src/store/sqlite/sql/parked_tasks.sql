-- The id of every task that is parked.
SELECT {t.id}
FROM {tasks} AS t
WHERE {is_parked}
