-- The workspaces that name task ?1 and are not free.
SELECT {w.key}, {w.task}, {w.run}, {w.released}
FROM {workspaces} AS w
WHERE {w.task} = ?1 {and_not_free}
