use crate::zombie::Timestamp;

/// Seconds from one moment to another; negative where it is the earlier one.
#[expect(
    clippy::cast_precision_loss,
    reason = "a time in microseconds fits in 53 bits for 285 years"
)]
pub(super) fn seconds_since(later: Timestamp, earlier: Timestamp) -> f64 {
    later.micros_since(earlier) as f64 / 1e6
}
