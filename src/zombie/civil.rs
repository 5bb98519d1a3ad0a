/// Days from 0000-03-01 to the epoch.
const EPOCH_DAYS: i64 = 719_468;

/// Days since the epoch, of a date that exists. By arithmetic alone, because it is done for each living task.
///
/// A year is counted from March, so that its leap day is its last: the days before a month then follow one line, and
/// the leap days before a year are its quarters but for the centuries.
pub(super) fn days(year: u32, month: u32, day: u32) -> Option<i64> {
    let exists = (1..=12).contains(&month) && day >= 1 && (day <= 28 || day <= days_of(year, month));
    if !exists {
        return None;
    }
    // A year of January and February begins in the year before, which of the year 0 is none: 400 years are added.
    let (year, month) = if month > 2 {
        (year + 400, month - 3)
    } else {
        (year + 399, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some(i64::from(days) - 146_097 - EPOCH_DAYS)
}

fn days_of(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
