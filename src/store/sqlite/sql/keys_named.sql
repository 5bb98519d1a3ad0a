-- The keys of the tasks whose id is one of the parameters, and whether each is at work.
SELECT {t.key}, {at_work}
FROM {tasks} AS t
WHERE {is_named}
LIMIT {most}
