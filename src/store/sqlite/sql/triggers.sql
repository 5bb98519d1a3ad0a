-- All triggers in the order in which they were made, and the table of each; NULL for a temporary one of the connection's.
SELECT sql, tbl_name FROM main.sqlite_schema WHERE type = 'trigger'
UNION ALL
SELECT sql, NULL FROM temp.sqlite_schema WHERE type = 'trigger'
