//! Why a verdict is what it is: which sign counts, which rows of the table do not fit, and when the verdict will change.
//! Computed from what the verdict itself is computed from, so that the two cannot disagree.

mod forecast;
mod rows;
mod span;
mod weight;
mod written_sign;

pub use forecast::{is_zombie_at, since_when, turning_points};
pub use rows::{RowSaid, rows};
pub use span::span;
pub use weight::{Weight, weights};
pub use written_sign::{Part, Whose, WrittenSign};
