-- One half of held_workspaces.sql: held by a run of the task, and {no_other_holder}.
SELECT {t.key}, {w.key}, {w.task}, {w.run}
FROM {workspaces} AS w
CROSS JOIN {runs} AS r ON {r.id} = {w.run}
CROSS JOIN {tasks} AS t ON {t.id} = {r.task}
WHERE {t.status} = {running} {no_other_holder}
