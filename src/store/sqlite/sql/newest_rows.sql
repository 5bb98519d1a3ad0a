-- The newest {most} of the rows of a table that are wanted, by the order of the rows; what is wanted may ask for parameters.
SELECT {columns}
FROM {table} AS {alias}
WHERE {is_wanted}
{newest_first}
LIMIT {most}
