-- The workspaces that are not free and name {whom}: in one look, where no index leads to them.
SELECT {w.key}, {w.task}, {w.run}, {w.released}
FROM {workspaces} AS w
WHERE {whom} {and_not_free}
