-- The workspaces held by a running task or by one of its runs, with that task's key, and their holders as found.
-- From the workspaces outwards: few are held, and a lookup by id finds the holder.
{by_task}
UNION
{by_run}
