-- Task ?1, if it has status ?2 and the id ?3.
SELECT 1
FROM {tasks} AS t
WHERE {t.key = ?1} AND {t.status} IS ?2 AND {t.id} COLLATE BINARY IS ?3
