//! The program itself, on real files: what it prints, how it ends, and what it leaves behind.

mod aftermath;
mod bystanders;
mod confirm;
mod demo;
mod dry_run;
mod foretold;
mod help;
mod init;
mod locks;
mod log;
mod names;
mod open;
mod options;
mod output;
mod permissions;
pub(crate) mod place;
pub(crate) mod privilege;
mod profile;
pub(crate) mod program;
mod shipped;
pub(crate) mod signals;
mod sweep;
mod terminal;
