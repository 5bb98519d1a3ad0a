//! Who of this process may look at a ledger's files, and who may use it.
//!
//! A POSIX system drops all locks that a process has on a file as soon as the process closes any descriptor of it, and what lies
//! at a ledger's path is read before SQLite opens it. So no thread reads it in the middle of what another does with the ledger
//! through SQLite, which is short: one question, or the entry of one sweep.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

static TURNS: RwLock<()> = RwLock::new(());

/// To open and close files of a ledger, or beside it, other than by SQLite. Until it is dropped nobody uses a ledger.
pub(super) fn to_read_files() -> RwLockWriteGuard<'static, ()> {
    TURNS.write().unwrap_or_else(PoisonError::into_inner)
}

/// To hold locks of SQLite. Not to be asked for again by who has it.
pub(super) fn to_use() -> RwLockReadGuard<'static, ()> {
    TURNS.read().unwrap_or_else(PoisonError::into_inner)
}
