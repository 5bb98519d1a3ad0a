-- Every run, in one look: where no index leads from a task to its runs, or the columns do not compare as the ids do.
SELECT {columns}
FROM {runs} AS r
