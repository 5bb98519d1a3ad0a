-- The workers that are named {w.id} = ?1: one, unless names are not unique.
SELECT {columns}
FROM {workers} AS w
WHERE {w.id} = ?1
