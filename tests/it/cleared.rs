//! What the schema calls empty: NULL where the column allows it and has no other default, else its default,
//! else the empty text.

use rusqlite::ToSql;
use zombie_sweeper::rusqlite;

use crate::world::{Cell, NULL, World};

const SLOT: &str = "assigned_slot TEXT NOT NULL DEFAULT ''";

/// What is left in a task's slot, declared so, after a reap.
fn cleared(declared: &str) -> Cell {
    cleared_of("7", declared, "")
}

fn cleared_of(slot: impl ToSql, declared: &str, table_option: &str) -> Cell {
    let mut world = World::new()
        .bare_task("t1")
        .status("running")
        .set("assigned_slot", slot)
        .redeclare("tasks", SLOT, &format!("assigned_slot {declared}"))
        .option("tasks", table_option);
    world.sweep();
    world.value("tasks.assigned_slot", "t1")
}

#[test]
fn null_where_the_column_allows_it() {
    assert_eq!(cleared("TEXT"), NULL);
    assert_eq!(cleared(""), NULL);
    assert_eq!(cleared("INTEGER DEFAULT NULL"), NULL);
    assert_eq!(cleared("INTEGER DEFAULT (NULL)"), NULL);
}

#[test]
fn default_where_there_is_one() {
    assert_eq!(cleared("TEXT DEFAULT 'none'"), "none");
    assert_eq!(cleared("TEXT NOT NULL DEFAULT 'it''s free'"), "it's free");
    assert_eq!(cleared("INTEGER NOT NULL DEFAULT 0"), 0);
    assert_eq!(cleared("INTEGER NOT NULL DEFAULT -1"), -1);
    assert_eq!(cleared("INTEGER NOT NULL DEFAULT + 1"), 1);
    assert_eq!(cleared("REAL DEFAULT 0.5"), 0.5);
    assert_eq!(cleared("INTEGER DEFAULT FALSE"), 0);
    assert_eq!(cleared("INTEGER DEFAULT true"), 1);
    assert_eq!(cleared("TEXT DEFAULT (lower('NO') || 'ne')"), "none");
    assert_eq!(cleared("INTEGER DEFAULT (1 + 2)"), 3);
    assert_eq!(cleared("INTEGER DEFAULT 0x10"), 16);
}

#[test]
fn default_written_as_a_quoted_or_bare_word_is_a_text() {
    assert_eq!(cleared(r#"TEXT NOT NULL DEFAULT """#), "");
    assert_eq!(cleared(r#"TEXT DEFAULT "none""#), "none");
    assert_eq!(cleared(r#"TEXT DEFAULT "a ""b"" c""#), "a \"b\" c");
    assert_eq!(cleared("TEXT DEFAULT none"), "none");
    assert_eq!(cleared("TEXT DEFAULT [no one]"), "no one");
    assert_eq!(cleared("TEXT DEFAULT `no one`"), "no one");
}

#[test]
fn default_that_asks_the_clock_is_asked() {
    for default in ["CURRENT_TIMESTAMP", "current_timestamp", "(datetime('now'))"] {
        let value = format!("{:?}", cleared(&format!("TEXT NOT NULL DEFAULT {default}")));
        assert!(
            value.contains("Text(\"20") && value.contains(':'),
            "{default}: {value}"
        );
    }
}

#[test]
fn empty_text_where_there_is_neither() {
    assert_eq!(cleared("TEXT NOT NULL"), "");
    assert_eq!(cleared("INTEGER NOT NULL"), "");
    assert_eq!(cleared("NOT NULL"), "");
}

#[test]
fn active_run_is_cleared_the_same_way() {
    for (declared, empty) in [
        ("TEXT", NULL),
        ("TEXT NOT NULL DEFAULT ''", Cell::text("")),
        ("TEXT NOT NULL DEFAULT 'none'", Cell::text("none")),
        ("TEXT NOT NULL", Cell::text("")),
    ] {
        let mut world = World::new()
            .bare_task("t1")
            .status("running")
            .names_run("r1")
            .redeclare(
                "tasks",
                "active_run_id TEXT NOT NULL DEFAULT ''",
                &format!("active_run_id {declared}"),
            );
        world.sweep();
        assert_eq!(world.value("tasks.active_run_id", "t1"), empty, "{declared}");
    }
}

#[test]
fn strict_column_that_may_not_be_null_gets_the_zero_of_its_type() {
    assert_eq!(cleared_of(7, "INTEGER NOT NULL", "STRICT"), 0);
    assert_eq!(cleared_of(7, "INT NOT NULL", "STRICT"), 0);
    assert_eq!(cleared_of(7, "REAL NOT NULL", "STRICT"), 0.0);
    assert_eq!(cleared_of("7", "TEXT NOT NULL", "STRICT"), "");
    assert_eq!(cleared_of("7", "ANY NOT NULL", "STRICT"), "");
    assert_eq!(
        format!("{:?}", cleared_of([7_u8], "BLOB NOT NULL", "STRICT")),
        "Blob([])"
    );
}

#[test]
fn check_constraint_is_met_by_the_default() {
    let declared = "INTEGER NOT NULL DEFAULT -1 CHECK (typeof(assigned_slot) = 'integer')";
    assert_eq!(cleared(declared), -1);
}

#[test]
fn default_with_a_comment_in_it() {
    let mut world = World::new().running("t1").redeclare(
        "tasks",
        SLOT,
        "assigned_slot TEXT DEFAULT ('none' -- at all\n)",
    );
    world.sweep();
    assert_eq!(world.value("tasks.assigned_slot", "t1"), "none");
}
