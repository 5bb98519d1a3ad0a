-- What stands in a column of the newest rows, to see how it writes timestamps. Bounded: the column may be all NULL.
SELECT {column}
FROM (SELECT {column} FROM {table} {newest_first} LIMIT 64)
WHERE {column} IS NOT NULL
