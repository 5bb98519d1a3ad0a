//! Rests that grow while the same trouble lasts.

use std::time::Duration;

use crate::options::Refused;

/// The first rest, and the longest.
pub(super) type Span = (Duration, Duration);

/// Where the database is out of reach.
pub(super) const OUTAGE: Span = (Duration::from_secs(1), Duration::from_secs(60));

/// Where what is due cannot be reaped.
pub(super) const UNREAPED: Span = (Duration::from_secs(10), Duration::from_secs(60));

/// A rest that doubles as long as the trouble is the same.
#[derive(Debug)]
pub(super) struct Growing<T> {
    span: Span,
    trouble: Option<(T, Duration)>,
}

impl<T: PartialEq> Growing<T> {
    pub(super) fn new(span: Span) -> Self {
        Self { span, trouble: None }
    }

    /// There is this trouble: how long to rest.
    pub(super) fn rest(&mut self, trouble: T) -> Duration {
        let (first, most) = self.span;
        let rest = match &self.trouble {
            Some((same, rest)) if *same == trouble => rest.saturating_mul(2).min(most),
            _ => first,
        };
        self.trouble = Some((trouble, rest));
        rest
    }

    /// Whether this is the trouble.
    pub(super) fn is(&self, trouble: &T) -> bool {
        self.trouble.as_ref().is_some_and(|(same, _)| same == trouble)
    }

    /// There is none any more.
    pub(super) fn is_over(&mut self) {
        self.trouble = None;
    }
}

/// A task that was refused, and when it is tried again, by the clock that only runs.
#[derive(Clone, Debug)]
pub(super) struct Retry {
    pub(super) refused: Refused,
    pub(super) at: Duration,
    rest: Duration,
}

impl Retry {
    /// It was refused now, as it was before or for the first time.
    pub(super) fn after(before: Option<&Self>, refused: &Refused, now: Duration) -> Self {
        let (first, most) = UNREAPED;
        let rest = before.map_or(first, |before| before.rest.saturating_mul(2).min(most));
        Self {
            refused: refused.clone(),
            at: now.saturating_add(rest),
            rest,
        }
    }
}
