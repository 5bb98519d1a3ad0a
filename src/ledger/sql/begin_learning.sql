-- Scope ?1 learns since ?2; ?3 is why what was learned before is lost. What is known already stays.
INSERT INTO learning (scope, since, lost) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
