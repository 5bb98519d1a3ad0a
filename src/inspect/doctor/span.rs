use std::time::Duration;

/// A time in the two largest units that say anything.
pub(super) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let (many, unit, few, smaller) = match (days, hours, minutes) {
        (0, 0, 0) => return format!("{seconds} s"),
        (0, 0, _) => (minutes, "min", seconds % 60, "s"),
        (0, _, _) => (hours, "h", minutes % 60, "min"),
        _ => (days, "d", hours % 24, "h"),
    };
    match few {
        0 => format!("{many} {unit}"),
        few => format!("{many} {unit} {few} {smaller}"),
    }
}

/// The time from one moment to a later one; none where it is no later.
pub(super) fn micros(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// As an option of the command line takes it: rounded up to whole minutes, in seconds below one.
pub(super) fn option(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{}s", seconds.max(1)),
        seconds => format!("{}m", seconds.div_ceil(60)),
    }
}
