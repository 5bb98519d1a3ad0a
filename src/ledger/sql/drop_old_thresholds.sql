-- Drops the thresholds that no sweep has found in force since ?1.
DELETE FROM thresholds WHERE seen < ?1
