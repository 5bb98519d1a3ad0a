use super::digits::{Fraction, push_fraction};
use super::epoch::{Epoch, FIRST_US, Plausible};
use super::iso::{self, Iso};
use super::{Moment, Number, Reading, Style, TimeZone, Timestamp, Written};

/// Reads and writes the timestamps of a queue. Which numbers are plausible depends on *now*, what a date and time without
/// a zone means on the queue's time zone.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    now: Timestamp,
    zone: TimeZone,
    plausible: Plausible,
}

const ABSENT: (Reading, Option<Style>) = (Reading::Absent, None);
const UNREADABLE: (Reading, Option<Style>) = (Reading::Unreadable, None);

impl Calendar {
    /// The calendar of a queue, as of *now*.
    #[must_use]
    pub fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self {
            now,
            zone,
            plausible: Plausible::at(now.0),
        }
    }

    /// The moment of the verdicts.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Reads seconds, milliseconds, microseconds or nanoseconds since the epoch, and says how they are written.
    #[must_use]
    pub fn integer(&self, number: i64) -> (Reading, Option<Style>) {
        if number <= 0 {
            return ABSENT;
        }
        found(self.plausible.integer(number))
    }

    /// Reads seconds, milliseconds, microseconds or nanoseconds since the epoch, and says how they are written.
    #[must_use]
    pub fn real(&self, number: f64) -> (Reading, Option<Style>) {
        if number <= 0.0 {
            return ABSENT;
        }
        found(self.plausible.real(number))
    }

    /// Reads a text, and says how it is written: ISO 8601 / RFC 3339 to the second or finer, with what languages and
    /// drivers add to it, or a number in digits.
    #[must_use]
    pub fn text(&self, text: &[u8]) -> (Reading, Option<Style>) {
        let text = text.trim_ascii();
        let Some(iso) = Iso::read(text) else {
            return self.digits(text);
        };
        let mut at_us = iso.micros();
        if at_us < FIRST_US {
            return ABSENT;
        }
        let naive = iso.is_naive();
        if naive {
            at_us = self.zone.moment_us(at_us);
        }
        let moment = Moment {
            at: Timestamp(at_us),
            unit_us: iso.unit_us,
            naive,
        };
        (Reading::At(moment), Some(iso.style()))
    }

    /// Reads digits, perhaps with a fraction. A number below 0 says no more than 0 does.
    fn digits(&self, text: &[u8]) -> (Reading, Option<Style>) {
        if text.is_empty() {
            return ABSENT;
        }
        let (is_negative, number) = match text.strip_prefix(b"-") {
            Some(number) => (true, number),
            None => (false, text),
        };
        let count = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (whole, rest) = number.split_at_checked(count).unwrap_or_default();
        let fraction = match Fraction::read(rest) {
            Some(fraction) if fraction.point == b'.' && fraction.rest.is_empty() && count > 0 => fraction,
            _ => return UNREADABLE,
        };
        if is_negative || number.iter().all(|byte| matches!(byte, b'0' | b'.')) {
            return ABSENT;
        }
        found(self.plausible.digits(whole, &fraction))
    }

    /// A moment in a style. Fractions are cut off, not rounded, so that what is written never lies ahead of it.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "microseconds of the years in use fit in 53 bits"
    )]
    pub fn write(&self, at: Timestamp, style: Style) -> Written {
        let micros = at.0 as f64;
        match style {
            Style::Iso {
                separator,
                point,
                digits,
                zone,
            } => {
                let naive_us = || self.zone.wall_us(at.0);
                Written::Text(iso::write(at, naive_us, separator, point, digits, zone))
            }
            Style::Seconds(Number::Text, digits) => {
                let mut text = at.0.div_euclid(1_000_000).to_string();
                push_fraction(&mut text, b'.', at.0.rem_euclid(1_000_000), digits);
                Written::Text(text)
            }
            Style::Seconds(number, _) => count(number, at.0.div_euclid(1_000_000), micros / 1e6),
            Style::Millis(number) => count(number, at.0.div_euclid(1_000), micros / 1e3),
            Style::Micros(number) => count(number, at.0, micros),
            Style::Nanos(number) => count(number, at.0.saturating_mul(1_000), micros * 1e3),
        }
    }
}

fn found(epoch: Option<Epoch>) -> (Reading, Option<Style>) {
    let Some(Epoch {
        at_us,
        unit_us,
        style,
    }) = epoch
    else {
        return UNREADABLE;
    };
    let moment = Moment {
        at: Timestamp(at_us),
        unit_us,
        naive: false,
    };
    (Reading::At(moment), Some(style))
}

fn count(number: Number, whole: i64, real: f64) -> Written {
    match number {
        Number::Integer => Written::Integer(whole),
        Number::Real => Written::Real(real),
        Number::Text => Written::Text(whole.to_string()),
    }
}
