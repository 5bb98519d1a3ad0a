-- The id of the scope of database ?1 and project ?2, null for all of them.
SELECT id FROM scopes WHERE database = ?1 AND coalesce(project, '') = coalesce(?2, '')
