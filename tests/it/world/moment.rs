use chrono::{DateTime, TimeDelta, Utc};

/// The moment of every sweep: 2026-04-11T03:18:00Z.
pub(crate) const NOW: DateTime<Utc> = DateTime::from_timestamp(1_775_877_480, 0).unwrap();

/// `now`, `16m ago`, `900.001s ago`, `in 5m`, as Orchestra writes them.
pub(crate) fn moment(phrase: &str) -> String {
    (NOW + from_now(phrase))
        .format("%Y-%m-%dT%H:%M:%S%.3fZ")
        .to_string()
}

fn from_now(phrase: &str) -> TimeDelta {
    if phrase == "now" {
        return TimeDelta::zero();
    }
    let (sign, span) = match (phrase.strip_suffix(" ago"), phrase.strip_prefix("in ")) {
        (Some(span), None) => (-1, span),
        (None, Some(span)) => (1, span),
        _ => panic!("no moment: {phrase}"),
    };
    let (number, unit) = span.split_at(span.len() - 1);
    let unit_ms = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => panic!("no unit: {phrase}"),
    };
    let (whole, thousandths) = number.split_once('.').unwrap_or((number, "0"));
    let thousandths = format!("{thousandths:0<3}");
    let thousands = whole.parse::<i64>().unwrap() * 1000 + thousandths.parse::<i64>().unwrap();
    TimeDelta::milliseconds(sign * thousands * unit_ms / 1000)
}
