-- How many zombies of database ?1 and project ?2, as in last_sweep.sql, the last sweep held back that came to its end; when
-- that was, and since when each has held some back. Nothing where it held back none.
WITH ended AS (
    SELECT s.id, s.at, s.held_back
    FROM scopes AS c JOIN sweeps AS s ON s.scope = c.id
    WHERE c.database = ?1
      AND (c.project IS NULL OR c.project = ?2)
      AND NOT s.narrowed
      AND s.error IS NULL
)
SELECT last.held_back, last.at, (
    SELECT e.at
    FROM ended AS e
    WHERE e.id > coalesce((SELECT max(id) FROM ended WHERE held_back = 0), 0)
    ORDER BY e.id
    LIMIT 1
)
FROM ended AS last
WHERE last.id = (SELECT max(id) FROM ended) AND last.held_back > 0
