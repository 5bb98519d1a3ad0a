-- The run at the end of the table, where row ids ascend: what is inserted later stands behind it.
SELECT {r.key}, {r.id}, {r.task}
FROM {runs} AS r
WHERE {r.key} = (SELECT max({r.key}) FROM {runs} AS r)
