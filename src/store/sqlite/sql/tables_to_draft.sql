-- The names of the main database's tables, but for views, virtual tables and what belongs to SQLite or to those.
SELECT name
FROM pragma_table_list
WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY name
