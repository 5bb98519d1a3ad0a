-- Every scope there is.
SELECT database, project FROM scopes ORDER BY database, project
