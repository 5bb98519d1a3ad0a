-- The reaps on record: their keys, tasks and times, whether each is of the project asked for and of the reason, and where
-- {what} asks for it the whole event. What narrows them down may ask for parameters; those made last come first.
SELECT {e.key}, {e.task}, {in_project}, {has_reason}, {what}
FROM {events} AS e
WHERE {is_reap} {of_task} {since}
{newest_first}
LIMIT {most}
