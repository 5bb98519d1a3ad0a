//! What the fuzz targets share.

mod aftermath;
mod choices;
mod image;
mod name;
pub mod queue;
mod rows;

pub use aftermath::{check_aftermath, check_reap};
pub use choices::Choices;
pub use image::{image, opened};
pub use rows::{Row, rows, rows_of, same};

use chrono::{DateTime, Utc};

/// *Now*, in seconds since the epoch: every queue's story is told around it.
pub const NOW_S: i64 = 1_775_877_480;

/// *Now*.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW_S, 0).unwrap()
}
