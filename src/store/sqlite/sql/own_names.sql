-- The functions and collations that a connection has been given, beside those that SQLite brings along.
SELECT lower(name) FROM pragma_function_list WHERE NOT builtin
UNION
SELECT lower(name) FROM pragma_collation_list
