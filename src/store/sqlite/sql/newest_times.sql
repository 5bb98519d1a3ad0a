-- What stands in a column of times in the newest rows of the same kind that have one, to see how it is written.
-- Of the newest 10,000 of that kind, as a long table may have none that says it.
SELECT newest.time
FROM (SELECT {t.column} AS time FROM {table} AS t WHERE {is_of_the_kind} {newest_first} LIMIT 10000) AS newest
WHERE newest.time IS NOT NULL
LIMIT 64
