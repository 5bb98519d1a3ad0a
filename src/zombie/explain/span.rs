use std::time::Duration;

use chrono::SecondsFormat;

use crate::zombie::Timestamp;

/// A span of time in its two largest units that say anything, such as `4 min 10 s`.
#[must_use]
pub fn span(time: Duration) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut left = time.as_secs();
    let mut said: Vec<String> = Vec::new();
    for (seconds, unit) in UNITS {
        let count = left / seconds;
        left %= seconds;
        if count > 0 && said.len() < 2 {
            said.push(format!("{count} {unit}"));
        } else if !said.is_empty() {
            break;
        }
    }
    if !said.is_empty() {
        return said.join(" ");
    }
    match time.subsec_millis() {
        0 => "0 s".to_owned(),
        millis => format!("0.{millis:03} s"),
    }
}

/// A moment as a sentence has it: RFC 3339 in UTC, with no more of a fraction than there is.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_datetime().map_or_else(
        || at.to_rfc3339(),
        |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    )
}
