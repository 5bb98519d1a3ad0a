-- Since when sweeps of database ?1 learn, null where none does, and why what was learned before is lost.
SELECT min(l.since), max(l.lost) FROM scopes AS c JOIN learning AS l ON l.scope = c.id WHERE c.database = ?1
