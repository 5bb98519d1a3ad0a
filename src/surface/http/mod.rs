//! HTTP.
#![allow(dead_code, reason = "to be used")]

mod accept;
mod problem;
mod wording;
