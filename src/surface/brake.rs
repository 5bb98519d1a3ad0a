//! What is said of a sweep that reaps none, as more are due than may be reaped at once.

use zombie_sweeper::report::HeldBack;
use zombie_sweeper::watch::LATELY;
use zombie_sweeper::zombie::span;

/// How many were reaped already, where any were: behind how many may be.
pub(crate) fn reaped_lately(held: &HeldBack) -> String {
    match held.reaped_lately {
        0 => String::new(),
        1 => format!(", and 1 was in the last {}", span(LATELY)),
        several => format!(", and {several} were in the last {}", span(LATELY)),
    }
}
