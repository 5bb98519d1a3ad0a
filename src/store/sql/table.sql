-- One table of the main database: its name as declared, whether it is WITHOUT ROWID, whether it is STRICT.
-- Parameter: its name, in any case.
SELECT name, wr, strict
FROM pragma_table_list
WHERE schema = 'main' AND type IN ('table', 'virtual') AND name = ?1 COLLATE NOCASE
