-- The reaps on record: whether each is of the project asked for and of the reason, what addresses it, its time, and what else
-- {what} asks for. What narrows them down may ask for parameters; those made last come first.
SELECT {in_project}, {has_reason}, {e.key}, {what}
FROM {events} AS e
WHERE {is_reap} {of_task} {since}
{newest_first}
LIMIT {most}
