//! Opening a database by its path, to sweep it or to read it, and leaving the files around it as they were.
//!
//! What a reading takes depends on how the files lie:
//!
//! | the files | are read |
//! |---|---|
//! | WAL mode, no log | as they lie, without locks; again where they changed meanwhile ([`at_rest`]) |
//! | a log with its index | in place, under a lock that keeps both from being deleted ([`lock`]) |
//! | a rollback journal's mode | in place, under `SQLite`'s locks |
//! | what `SQLite` could read only by writing | from a copy ([`copy`]) |

mod at_rest;
mod company;
mod connect;
mod copy;
mod file;
mod find;
mod keep;
mod lock;
mod names;
mod place;
mod read;
mod settings;
mod site;
mod standing;
mod sweep;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "not_unix.rs")]
mod system;

pub use keep::{Kept, Left};
pub(in crate::store) use keep::{keep, keep_to_read};
pub use place::{Place, look_at_place};
pub(in crate::store) use read::read;
pub use site::{Mount, Owner, Room};
pub(in crate::store) use standing::which_file;
pub(in crate::store) use sweep::{sweep, trial};
