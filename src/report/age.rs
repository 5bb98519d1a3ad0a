use crate::zombie::Timestamp;

/// In seconds; negative where it lies ahead.
#[expect(
    clippy::cast_precision_loss,
    reason = "an age in microseconds fits in 53 bits for 285 years"
)]
pub(super) fn age_s(at: Timestamp, now: Timestamp) -> f64 {
    now.micros_since(at) as f64 / 1e6
}
