use super::runs::Gap;

/// How many silences were looked at, and how many of them count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    all: u32,
    /// No two of them overlap.
    pub(super) apart: u32,
}

impl Counted {
    /// Counts silences, of which those that overlap in time count once: an outage in which twenty runs fell silent is one
    /// trial, not twenty.
    ///
    /// How many there are is the most of them that can be picked so that no two overlap. Unlike a walk that lets each
    /// silence swallow those it meets, that does not depend on an order, and one more silence never makes them fewer.
    pub(super) fn of<'g>(silences: impl Iterator<Item = &'g Gap>) -> Self {
        let mut silences: Vec<&Gap> = silences.collect();
        silences.sort_by_key(|gap| (gap.to, gap.from));
        let mut counted = Self::default();
        let mut end = None;
        for gap in silences {
            counted.all += 1;
            // Of those left, the one that ends first leaves the most room for others.
            if end.is_none_or(|end| gap.from >= end) {
                counted.apart += 1;
                end = Some(gap.to);
            }
        }
        counted
    }

    /// How many were counted with another.
    pub(super) fn overlapping(self) -> u32 {
        self.all - self.apart
    }
}
