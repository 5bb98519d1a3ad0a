//! The API, as it is asked over HTTP.

mod answers;
mod pages;
mod plans;
mod problems;
mod server;

pub(crate) use server::Server;
