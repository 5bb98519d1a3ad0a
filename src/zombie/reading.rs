use super::Timestamp;

/// A moment as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When it was, as exactly as is written.
    pub at: Timestamp,
    /// What it is exact to, in microseconds: a power of ten, from 1 to a whole second.
    pub unit_us: u32,
    /// Whether it is a date and time that does not say in which zone.
    pub naive: bool,
}

impl Moment {
    /// Whether this is after the other, as far as both are exact: 12:00:00.3 is not after 12:00:00.
    #[must_use]
    pub fn is_after(self, other: Self) -> bool {
        self.cut_as(other) > other.cut_as(self)
    }

    /// Whether this is before the other, as far as both are exact: 12:00:00 is not before 12:00:00.3.
    #[must_use]
    pub fn is_before(self, other: Self) -> bool {
        other.is_after(self)
    }

    /// What is left where the other is no more exact than this: a count of the coarser unit.
    fn cut_as(self, other: Self) -> i64 {
        self.at
            .0
            .div_euclid(self.unit_us.max(other.unit_us).max(1).into())
    }
}

/// What a column says of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing: null, empty or blank; a number that is not above 0; or a moment of the year 1970 or earlier, which is
    /// how a language whose times cannot be null says so.
    Absent,
    /// This.
    At(Moment),
    /// Something that is no timestamp.
    Unreadable,
}

impl Reading {
    /// The moment as it was written, where there is one.
    #[must_use]
    pub fn moment(self) -> Option<Moment> {
        match self {
            Self::At(moment) => Some(moment),
            Self::Absent | Self::Unreadable => None,
        }
    }

    /// The moment, where there is one.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        self.moment().map(|moment| moment.at)
    }
}
