//! The tables that a reap writes, in memory once more, with the rows of zombies.

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Null;

use super::copying::Copying;
use super::keys::is_key;
use super::reach::Reach;
use super::schema::Schema;
use super::tokens::{Token, tokens};
use super::triggers::triggers;
use crate::zombie::{Id, Zombie};

/// How many rows are copied at most: those of a thousand zombies, in some 20 ms.
const ROWS: usize = 5_000;

/// How many pages the copies may fill: 64 MiB.
const PAGES: u32 = 16_384;

/// A database of its own.
pub(super) struct Replica {
    pub(super) conn: Connection,
    /// Whether the rows are there; the tables always are.
    pub(super) has_rows: bool,
    /// Whether some of the queue's triggers are there.
    pub(super) has_triggers: bool,
    /// Whether conditions tell what runs that look at nothing but the row.
    pub(super) has_conditions: bool,
}

impl Replica {
    /// In the read transaction in which these zombies were found. `None` where the tables cannot be declared anew.
    pub(super) fn of(queue: &Connection, schema: &Schema, zombies: &[Zombie]) -> Option<Self> {
        let conn = Connection::open_in_memory().ok()?;
        let own_names = own_names(queue, &conn).ok()?;
        declare_tables(queue, &conn, schema, &own_names)?;
        let triggers = fill(queue, &conn, schema, &own_names, zombies).ok().flatten();
        copy_settings(queue, &conn).ok()?;
        Some(Self {
            conn,
            has_rows: triggers.is_some(),
            has_triggers: triggers.is_some_and(|triggers| triggers > 0),
            has_conditions: has_conditions(schema),
        })
    }
}

fn has_conditions(schema: &Schema) -> bool {
    let of_runs = schema
        .runs
        .as_ref()
        .and_then(|runs| runs.running_where.as_deref());
    let conditions: Vec<_> = schema.tasks.running_where().into_iter().chain(of_runs).collect();
    let looks_further = |condition: &&str| {
        tokens(condition)
            .any(|token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("SELECT")))
    };
    !conditions.is_empty() && !conditions.iter().any(looks_further)
}

/// The functions and collations that the process has given to its connection to the queue: what they say is not known here.
fn own_names(queue: &Connection, conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let own_names = include_str!("sql/own_names.sql");
    let ours = names(conn, own_names)?;
    let mut theirs = names(queue, own_names)?;
    theirs.retain(|name| !ours.contains(name));
    Ok(theirs)
}

fn names(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn is_any_of(names: &[String], sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    names.iter().any(|name| sql.contains(name))
}

/// Declares the tables as they are; `None` where one of them is more than its definition says.
fn declare_tables(
    queue: &Connection,
    conn: &Connection,
    schema: &Schema,
    own_names: &[String],
) -> Option<()> {
    let encoding = queue.pragma_query_value(None, "encoding", |row| row.get::<_, String>(0));
    conn.pragma_update(None, "encoding", encoding.ok()?).ok()?;
    conn.pragma_update(None, "foreign_keys", false).ok()?;
    conn.pragma_update(None, "max_page_count", PAGES).ok()?;
    for table in schema.tables_written() {
        let sql = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1";
        let sql: String = queue.query_row(sql, [&table.name], |row| row.get(0)).ok()?;
        let Some(Token::Word(kind)) = tokens(&sql).nth(1) else {
            return None;
        };
        if !kind.eq_ignore_ascii_case("TABLE") || is_any_of(own_names, &sql) {
            return None;
        }
        declare(conn, &sql)?;
    }
    Some(())
}

/// Declares a table as it was. A function that nobody knows keeps a table from being made, but not from being read: it is
/// there while the table is made, and no longer when a write is prepared that would call it.
fn declare(conn: &Connection, sql: &str) -> Option<()> {
    let mut stand_ins: Vec<String> = Vec::new();
    while let Err(error) = conn.execute_batch(sql) {
        let name = unknown_function(&error).filter(|name| !stand_ins.contains(name))?;
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        conn.create_scalar_function(name.as_str(), -1, flags, |_| Ok(Null))
            .ok()?;
        stand_ins.push(name);
    }
    for name in &stand_ins {
        conn.remove_function(name.as_str(), -1).ok()?;
    }
    Some(())
}

fn unknown_function(error: &rusqlite::Error) -> Option<String> {
    let (rusqlite::Error::SqlInputError { msg, .. } | rusqlite::Error::SqliteFailure(_, Some(msg))) = error
    else {
        return None;
    };
    msg.strip_prefix("no such function: ").map(str::to_owned)
}

/// Copies the rows, and behind them the triggers that look at nothing else. Returns how many these are; `None` where
/// others may write to the rows, so that nobody knows what a reap finds there.
fn fill(
    queue: &Connection,
    conn: &Connection,
    schema: &Schema,
    own_names: &[String],
    zombies: &[Zombie],
) -> rusqlite::Result<Option<usize>> {
    let triggers = triggers(queue, schema)?;
    let comes_back = comes_back(queue, schema)?;
    let is_known = |(sql, reach): &(String, Reach)| match reach {
        Reach::Row => !is_any_of(own_names, sql),
        Reach::Elsewhere => !comes_back,
        Reach::Ours => false,
    };
    if !triggers.iter().all(is_known) {
        return Ok(None);
    }
    conn.pragma_update(None, "ignore_check_constraints", true)?;
    load(queue, conn, schema, zombies)?;
    let mut created = 0;
    for (sql, _) in triggers.iter().filter(|(_, reach)| *reach == Reach::Row) {
        conn.execute_batch(sql)?;
        created += 1;
    }
    Ok(Some(created))
}

/// Whether what a trigger writes elsewhere may come back to the rows, by the action of a foreign key.
fn comes_back(queue: &Connection, schema: &Schema) -> rusqlite::Result<bool> {
    if !queue.pragma_query_value(None, "foreign_keys", |row| row.get(0))? {
        return Ok(false);
    }
    let mut acts = queue.prepare(include_str!("sql/foreign_keys_that_act.sql"))?;
    for table in schema.tables_written() {
        if acts.exists([&table.name])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a connection may have said about its writes.
fn copy_settings(queue: &Connection, conn: &Connection) -> rusqlite::Result<()> {
    for pragma in ["ignore_check_constraints", "recursive_triggers"] {
        let is_on: bool = queue.pragma_query_value(None, pragma, |row| row.get(0))?;
        conn.pragma_update(None, pragma, is_on)?;
    }
    let triggers = DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER;
    conn.set_db_config(triggers, queue.db_config(triggers)?).map(drop)
}

/// Copies the rows that are to be written, as far as they are not too many, and the newest event, so that the next one gets
/// the number that it would get.
fn load(queue: &Connection, conn: &Connection, schema: &Schema, zombies: &[Zombie]) -> rusqlite::Result<()> {
    let (tasks, runs, events) = (&schema.tasks, &schema.runs, &schema.events);
    let mut copy_task = Copying::new(queue, conn, &tasks.table, &is_key("t", &tasks.table))?;
    let mut copy_run = match runs {
        Some(runs) => Some(Copying::new(queue, conn, &runs.table, &is_key("t", &runs.table))?),
        None => None,
    };
    let mut copy_workspace = match &schema.workspaces {
        Some(workspaces) => {
            let table = &workspaces.table;
            Some(Copying::new(queue, conn, table, &is_key("t", table))?)
        }
        None => None,
    };
    conn.execute_batch("BEGIN")?;
    let mut left = ROWS;
    for zombie in zombies {
        let rows = 1 + zombie.runs_to_abandon().count() + zombie.workspaces.len();
        let Some(still_left) = left.checked_sub(rows) else {
            continue;
        };
        left = still_left;
        copy_task.copy(&zombie.suspect.key)?;
        if let Some(copy) = &mut copy_run {
            for run in zombie.runs_to_abandon() {
                copy.copy(&run.key)?;
            }
        }
        if let Some(copy) = &mut copy_workspace {
            for workspace in &zombie.workspaces {
                copy.copy(&workspace.key)?;
            }
        }
    }
    if let Some(events) = events
        && let Some(rowid) = events.table.rowid()
    {
        let rowid = format!("t.{rowid}");
        let sql = format!("SELECT max({rowid}) FROM {} AS t", events.table.qualified_name());
        let newest: Id = queue.query_row(&sql, [], |row| Ok(row.get_ref(0)?.into()))?;
        Copying::new(queue, conn, &events.table, &format!("{rowid} = ?1"))?.copy(&newest)?;
    }
    conn.execute_batch("COMMIT")
}
