-- Adds ?4 to what is counted under name ?2 and label ?3 of scope ?1.
INSERT INTO totals (scope, name, label, count) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO UPDATE SET count = count + excluded.count
