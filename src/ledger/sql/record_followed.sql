-- Records what is known by now of a run, which is followed from now on where it was not before.
INSERT INTO followed (scope, run, run_parts, project, kind, began, first, last, gap_from, gap_to, seen, day)
VALUES (:scope, :run, :run_parts, :project, :kind, :began, :first, :last, :gap_from, :gap_to, :seen, :day)
ON CONFLICT (scope, run, run_parts) DO UPDATE SET
    project = excluded.project,
    kind = excluded.kind,
    began = excluded.began,
    first = excluded.first,
    last = excluded.last,
    gap_from = excluded.gap_from,
    gap_to = excluded.gap_to,
    seen = excluded.seen,
    day = excluded.day
