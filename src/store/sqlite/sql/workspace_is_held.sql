-- Workspace ?1, if its holders are still task ?2 and run ?3, whatever the queue's triggers did.
SELECT 1
FROM {workspaces} AS w
WHERE {w.key = ?1} AND {w.task} IS ?2 AND {w.run} IS ?3
