-- The columns of one table of the main database, in order, generated and hidden ones included.
-- Parameter: its name, as declared.
SELECT name, type, "notnull", dflt_value, pk, hidden
FROM pragma_table_xinfo(?1, 'main')
ORDER BY cid
