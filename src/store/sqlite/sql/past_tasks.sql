-- The tasks made last that are not at work, {most} of them at most, each with its project and kind.
SELECT {columns}{labels}
FROM {tasks} AS t
WHERE NOT ({at_work}) {in_project}
{newest_first}
LIMIT {most}
