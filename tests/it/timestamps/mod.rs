//! What is read as a timestamp, what is not, and that what is written reads back.

mod reading;
mod writing;
