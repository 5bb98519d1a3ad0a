-- One table of the main database, as it was declared: a row for each column, generated and hidden ones included.
-- Parameter: its name, in any case.
SELECT t.name, t.wr, t.strict, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM pragma_table_list(?1) AS t
CROSS JOIN pragma_table_xinfo(t.name, 'main') AS c
WHERE t.schema = 'main' AND t.type IN ('table', 'virtual')
ORDER BY c.cid
