//! HTTP.
#![allow(dead_code, reason = "to be used")]

mod accept;
mod answers;
mod api;
mod body;
mod cursor;
mod excerpt;
mod failed;
mod openapi;
mod problem;
mod query;
mod scope;
mod wording;
