-- What is known of run ?2, whose id is one of several parts where ?3, in scope ?1.
SELECT began, first, last, gap_from, gap_to, seen
FROM followed
WHERE scope = ?1 AND run = ?2 AND run_parts = ?3
