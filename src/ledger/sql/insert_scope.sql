-- Begins the scope of database ?1 and project ?2, null for all of them, at ?3.
INSERT INTO scopes (database, project, since) VALUES (?1, ?2, ?3)
