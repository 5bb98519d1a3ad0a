use std::time::Duration;

/// How far back a question goes: a hundred years. A moment before the year 0 has no RFC 3339.
pub(super) const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);
