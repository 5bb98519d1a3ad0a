//! `serve`: where it listens, who may come in, what it bears, and how it ends. Its answers themselves are held elsewhere.

mod called_off;
pub(crate) mod client;
mod ends;
mod forgery;
mod listens;
mod malformed;
mod names;
mod outages;
mod page;
pub(crate) mod place;
mod plans;
mod profile;
mod read_only;
mod sessions;
mod token_files;
mod tokens;
mod told;
