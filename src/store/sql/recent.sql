-- What stands in a column of the newest rows, to see how it writes timestamps. Bounded: the column may be all NULL.
SELECT recent.value
FROM (SELECT {t.column} AS value FROM {table} AS t {newest_first} LIMIT 64) AS recent
WHERE recent.value IS NOT NULL
