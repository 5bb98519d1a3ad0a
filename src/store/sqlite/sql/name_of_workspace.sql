-- What names workspace ?1 to its operator.
SELECT {w.name}
FROM {workspaces} AS w
WHERE {w.key = ?1}
