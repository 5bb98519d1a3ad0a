-- Begins to follow a run.
INSERT INTO followed (scope, run, run_parts, project, kind, began, first, last, gap_from, gap_to, seen, day)
VALUES (:scope, :run, :run_parts, :project, :kind, :began, :first, :last, :gap_from, :gap_to, :seen, :day)
