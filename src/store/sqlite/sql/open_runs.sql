-- The runs that are said to be at work: by a word, or by the condition that tells instead.
SELECT {columns}
FROM {runs} AS r
WHERE {is_open}
