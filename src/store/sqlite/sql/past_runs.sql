-- The runs made last, {most} of them at most, each with whether its task shows a heartbeat, and its task's project and kind.
SELECT {columns}, {task_beats}{labels}
FROM {runs} AS r LEFT JOIN {tasks} AS t ON {r.task = t.id}
{in_project}
{newest_first}
LIMIT {most}
