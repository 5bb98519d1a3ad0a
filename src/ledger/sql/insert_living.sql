-- Records the ages of the living of one project and kind in sweep ?1.
INSERT INTO living (sweep, place, project, kind, others, count, largest, ages, without)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
