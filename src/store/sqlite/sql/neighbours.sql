-- The ids that stand next to ?1 in the order of ids, on one side: {most} of them at most, and null for one that is too long.
SELECT {id}
FROM {tasks} AS t
WHERE {t.id} {beside} ?1
ORDER BY {t.id} {order}
LIMIT {most}
