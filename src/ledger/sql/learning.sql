-- Since when the scope of database ?1 and project ?2 learns, and why what was learned before is lost.
SELECT l.scope, l.since, l.lost
FROM scopes AS c JOIN learning AS l ON l.scope = c.id
WHERE c.database = ?1 AND coalesce(c.project, '') = coalesce(?2, '')
