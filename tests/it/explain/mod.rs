//! Why was this task taken, and what would be done to that one?

mod ids;
mod moments;
mod rows;
mod signs;
mod standing;
mod writes;
