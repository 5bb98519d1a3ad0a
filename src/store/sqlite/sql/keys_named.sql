-- The tasks whose id is one of the parameters, and that are within what is told of: their keys, their ids, and whether each is at work.
SELECT {t.key}, {t.id}, {at_work}
FROM {tasks} AS t
WHERE ({is_named}) AND {within}
