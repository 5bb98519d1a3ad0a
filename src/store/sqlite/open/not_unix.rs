//! What is asked of a system that tells less: files have one name, and locks are `SQLite`'s own.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _};
use std::path::Path;
use std::time::SystemTime;

use super::site::{Mount, Owner, Room};

pub(super) type Identity = ();

pub(super) fn identity(_: &Metadata) -> Identity {}

pub(super) type Times = Option<SystemTime>;

pub(super) fn times(found: &Metadata) -> Times {
    found.modified().ok()
}

pub(super) fn names(_: &Metadata) -> u64 {
    1
}

pub(super) fn is_mounted(_: &Path) -> bool {
    false
}

pub(super) fn mount(_: &Path) -> Option<Mount> {
    None
}

pub(super) fn owner(_: &Metadata) -> Option<Owner> {
    None
}

pub(super) fn me() -> Option<u32> {
    None
}

pub(super) fn may_write(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.permissions().readonly())
}

pub(super) fn room(_: &Path) -> Option<Room> {
    None
}

pub(super) fn would_be_changed(_: &Metadata, _: &Metadata) -> bool {
    false
}

pub(super) fn lock(_: &File, _: i64, _: i64) -> io::Result<bool> {
    Ok(true)
}

pub(super) fn unlock(_: &File, _: i64, _: i64) {}

pub(super) fn is_locked(_: &File, _: i64, _: i64) -> bool {
    false
}

pub(super) fn read_start(mut file: &File, bytes: &mut [u8]) -> io::Result<()> {
    file.rewind()?;
    file.read_exact(bytes)
}

pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)
}

pub(super) fn create_nameless(_: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn name(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
