//! The page: how the queue stands, for people. HTML and one stylesheet, no script.

mod asked;
mod confirm;
mod layout;
mod overview;
mod said;
mod swept;
mod task;
mod trouble;
