-- A reap whose time does not stand between {low} and {high}, where those of one form all do.
SELECT 1
FROM {events} AS e
WHERE {is_reap} AND {e.time} < {low}
UNION ALL
SELECT 1
FROM {events} AS e
WHERE {is_reap} AND {e.time} >= {high}
