//! The sweeper's own memory: what past sweeps found, did and left, in a small SQLite file of its own.
//!
//! A sweep needs none, but where thresholds are learned. Where one is kept, [`record`] enters each sweep once it is over, when no lock of the queue is held:
//! what goes wrong with the ledger is told, and changes nothing of what was reaped. It may be deleted at any time.
//! [`Ledger::open_to_read`] answers what is on record.
//!
//! What stands at its path is used only if it is a file of our own that nobody else may write: neither a link nor another
//! program's database. One of our own that is damaged is set aside under another name, and a new one begun.

mod aside;
mod beside;
mod entry;
mod error;
mod followed;
mod header;
mod learned;
mod number;
mod old;
mod open;
mod past;
mod place;
mod read;
mod rows;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "not_unix.rs")]
mod system;
mod thresholds;
mod turns;
mod write;

pub use entry::{Clocks, Entry, Outcome, Scope};
pub use error::LedgerError;
pub use past::{PastHeldBack, PastLearning, PastLiving, PastSweep, ReapFilter, Totals, UndecidedSince};
pub use place::{Misplaced, refuse_misplaced};
pub use read::Ledger;
pub use write::{KEEP, record};
