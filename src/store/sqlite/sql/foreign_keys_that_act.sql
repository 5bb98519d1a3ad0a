-- The foreign keys of table ?1 by which a row changes when another does.
SELECT 1
FROM pragma_foreign_key_list(?1)
WHERE on_update NOT IN ('NO ACTION', 'RESTRICT') OR on_delete NOT IN ('NO ACTION', 'RESTRICT')
