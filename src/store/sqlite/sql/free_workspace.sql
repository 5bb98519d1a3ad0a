-- Frees workspace ?1, unless its holders are no longer task ?2 and run ?3. It is released at ?4, *now*.
UPDATE {or_abort} {workspaces} AS w
SET {assignments}
WHERE {w.key = ?1} AND {w.task} IS ?2 AND {w.run} IS ?3
