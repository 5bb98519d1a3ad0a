-- The undecided tasks of database ?1, the one that has been so for longest first.
SELECT u.task, u.why, min(u.first_seen)
FROM scopes AS c JOIN undecided AS u ON u.scope = c.id
WHERE c.database = ?1
GROUP BY u.task
ORDER BY min(u.first_seen), u.task
