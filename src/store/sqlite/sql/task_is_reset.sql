-- Task ?1, if it has status ?2 and all that a reap empties is empty, whatever the queue's triggers did.
SELECT 1
FROM {tasks} AS t
WHERE {t.key = ?1} AND {t.status} IS ?2 {and_emptied}
