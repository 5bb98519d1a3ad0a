//! The program itself, on real files: what it prints, how it ends, and what it leaves behind.

mod aftermath;
mod bystanders;
mod confirm;
mod demo;
mod doctor;
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
mod place;
mod privilege;
mod profile;
mod program;
mod shipped;
mod signals;
mod sweep;
mod terminal;
