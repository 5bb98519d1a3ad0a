-- The functions that need not say the same twice, by the flag that they lack (SQLITE_DETERMINISTIC).
SELECT DISTINCT lower(name) FROM pragma_function_list WHERE type = 's' AND NOT flags & 0x800
