//! `serve`: where it listens, who may come in, what it bears, and how it ends. Its answers themselves are held elsewhere.

pub(crate) mod client;
mod ends;
mod forgery;
mod listens;
mod malformed;
mod names;
mod page;
pub(crate) mod place;
mod plans;
mod profile;
mod sessions;
mod token_files;
mod tokens;
