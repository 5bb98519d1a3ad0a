-- One half of held_workspaces.sql: held by the task itself.
SELECT {t.key}, {w.key}, {w.task}, {w.run}
FROM {workspaces} AS w
CROSS JOIN {tasks} AS t ON {t.id} = {w.task}
WHERE {t.status} = {running}
