-- Every worker.
SELECT {columns}
FROM {workers} AS w
