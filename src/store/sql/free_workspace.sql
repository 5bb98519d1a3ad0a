-- Frees workspace ?1, unless its holders are no longer task ?2 and run ?3.
UPDATE {workspaces} AS w
SET {assignments}
WHERE {w.key} = ?1 AND {w.task} IS ?2 AND {w.run} IS ?3
