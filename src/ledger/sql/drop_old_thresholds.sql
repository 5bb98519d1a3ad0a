-- Drops the thresholds that no sweep has found in force since ?1, of the scopes whose sweeps have learned since then: where none has,
-- that they are gone would look as if nothing had ever been learned.
DELETE FROM thresholds
WHERE seen < ?1 AND EXISTS (SELECT 1 FROM thresholds AS later WHERE later.scope = thresholds.scope AND later.seen >= ?1)
