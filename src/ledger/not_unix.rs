//! What is asked of a system that tells less: who may read a file is the folder's to say.

use std::fs::{Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Files are told apart by their paths alone.
pub(super) type Identity = ();

pub(super) fn identity(_: &Metadata) -> Identity {}

pub(super) fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).open(path).map(drop)
}

pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

pub(super) fn has_one_name(_: &Metadata) -> bool {
    true
}

pub(super) fn objection_to_file(_: &Metadata) -> Option<String> {
    None
}

pub(super) fn objection_to_folder(_: &Metadata) -> Option<String> {
    None
}

pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => std::fs::rename(from, to),
    }
}

pub(super) fn has_our_mode(_: &Metadata) -> bool {
    true
}
