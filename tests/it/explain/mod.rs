//! Why was this task taken, and what would be done to that one?

mod elsewhere;
mod ids;
mod moments;
mod parked;
mod reaps;
mod rows;
mod signs;
mod standing;
mod writes;
