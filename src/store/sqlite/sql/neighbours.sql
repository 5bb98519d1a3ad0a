-- The ids that stand next to ?1 in the order of ids, on one side: {most} of them at most.
SELECT {t.id}
FROM {tasks} AS t
WHERE {t.id} {beside} ?1
ORDER BY {t.id} {order}
LIMIT {most}
