-- The statuses that the rows of a table have.
SELECT DISTINCT s.{status}
FROM {table} AS s
ORDER BY 1
LIMIT 50
