-- Records what is known by now of the run in row :id.
UPDATE followed
SET project = :project, kind = :kind, began = :began, first = :first, last = :last, gap_from = :gap_from, gap_to = :gap_to,
    seen = :seen, day = :day
WHERE id = :id
