-- The columns of table ?1 that a whole unique index has alone, those that may not be null first.
SELECT c.name
FROM pragma_index_list(?1) AS i, pragma_index_info(i.name) AS c, pragma_table_xinfo(?1) AS t
WHERE i."unique" AND NOT i.partial AND t.name = c.name
  AND (SELECT count(*) FROM pragma_index_info(i.name)) = 1
ORDER BY t."notnull" DESC, t.cid
