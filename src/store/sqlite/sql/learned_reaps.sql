-- The times of reaps whose silence was borne for as long as was learned, among the {most} reaps made last.
SELECT {e.time}
FROM (SELECT * FROM {events} AS e WHERE {is_reap} {newest_first} LIMIT {most}) AS e
WHERE {is_learned}
