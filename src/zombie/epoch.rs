//! Numbers since the epoch, told apart by their size.

use super::digits::{Fraction, MOST_DIGITS};
use super::{Number, Style};

const SECOND_US: u32 = 1_000_000;

/// Years of 365.25 days.
const YEAR_US: i64 = 31_557_600 * 1_000_000;

/// The first moment of 1971. A moment before it is no value, so no number is taken for one.
pub(super) const FIRST_US: i64 = 31_536_000 * 1_000_000;

/// Which moments a number may mean: between five years before *now* and a year after. A queue's heartbeats, starts and
/// leases lie there; an uptime, a Julian day, a date in digits and seconds since another epoch do not. Taken for seconds
/// they would be a sign of life of long ago, and the living would be reaped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plausible {
    from_us: i64,
    until_us: i64,
}

/// A number that is plausible as so many of these since the epoch.
#[derive(Clone, Copy)]
pub(super) struct Epoch {
    pub(super) at_us: i64,
    pub(super) unit_us: u32,
    pub(super) style: Style,
}

#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

/// No number is plausible as two of them: the latest plausible moment is less than a thousand times the earliest.
const UNITS: [Unit; 4] = [Unit::Seconds, Unit::Millis, Unit::Micros, Unit::Nanos];

impl Plausible {
    pub(super) fn at(now_us: i64) -> Self {
        Self {
            from_us: now_us.saturating_sub(5 * YEAR_US).max(FIRST_US),
            until_us: now_us.saturating_add(YEAR_US),
        }
    }

    pub(super) fn integer(self, number: i64) -> Option<Epoch> {
        let (unit, at_us) = self.unit(|unit| unit.micros(number, 0))?;
        Some(Epoch {
            at_us,
            unit_us: unit.unit_us(SECOND_US),
            style: unit.style(Number::Integer, 0),
        })
    }

    /// To the microsecond nearest, because seconds in a float are no more exact.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what does not fit is not plausible"
    )]
    pub(super) fn real(self, number: f64) -> Option<Epoch> {
        let (unit, at_us) = self.unit(|unit| Some(unit.real_micros(number).round() as i64))?;
        let is_whole = number.fract() == 0.0;
        Some(Epoch {
            at_us,
            unit_us: if is_whole { unit.unit_us(SECOND_US) } else { 1 },
            style: unit.style(Number::Real, 0),
        })
    }

    pub(super) fn digits(self, whole: &[u8], fraction: &Fraction<'_>) -> Option<Epoch> {
        let number = whole.iter().try_fold(0_i64, |number, digit| {
            number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
        })?;
        let (unit, at_us) = self.unit(|unit| unit.micros(number, fraction.micros))?;
        Some(Epoch {
            at_us,
            unit_us: unit.unit_us(fraction.unit_us),
            style: unit.style(Number::Text, fraction.digits.min(MOST_DIGITS)),
        })
    }

    /// The first unit in which the moment is plausible.
    fn unit(self, micros: impl Fn(Unit) -> Option<i64>) -> Option<(Unit, i64)> {
        let found = UNITS.into_iter().map(|unit| (unit, micros(unit)));
        found
            .filter_map(|(unit, micros)| Some((unit, micros?)))
            .find(|(_, micros)| (self.from_us..=self.until_us).contains(micros))
    }
}

impl Unit {
    fn micros(self, number: i64, millionths: i64) -> Option<i64> {
        match self {
            Self::Seconds => number.checked_mul(1_000_000)?.checked_add(millionths),
            Self::Millis => number.checked_mul(1_000)?.checked_add(millionths / 1_000),
            Self::Micros => Some(number),
            Self::Nanos => Some(number / 1_000),
        }
    }

    fn real_micros(self, number: f64) -> f64 {
        match self {
            Self::Seconds => number * 1e6,
            Self::Millis => number * 1e3,
            Self::Micros => number,
            Self::Nanos => number / 1e3,
        }
    }

    /// What a number of these is exact to, where one of seconds would be exact to this.
    fn unit_us(self, of_seconds_us: u32) -> u32 {
        let per_second = match self {
            Self::Seconds => 1,
            Self::Millis => 1_000,
            Self::Micros => 1_000_000,
            Self::Nanos => 1_000_000_000,
        };
        (of_seconds_us / per_second).max(1)
    }

    fn style(self, number: Number, digits: usize) -> Style {
        match self {
            Self::Seconds => Style::Seconds(number, digits),
            Self::Millis => Style::Millis(number),
            Self::Micros => Style::Micros(number),
            Self::Nanos => Style::Nanos(number),
        }
    }
}
