use std::time::Duration;

use super::runs::Gap;

/// Silences, of which those that overlap in time count once: an outage in which twenty runs fell silent is one trial, not
/// twenty.
///
/// How many there are is the most of them that can be picked so that no two overlap. Unlike a walk that lets each silence
/// swallow those it meets, that does not depend on an order, and one more silence never makes them fewer.
#[derive(Clone, Debug, Default)]
pub(super) struct Silences {
    /// By their end.
    silences: Vec<Silence>,
}

#[derive(Clone, Copy, Debug)]
struct Silence {
    gap: Gap,
    /// `None`: longer than any.
    length: Option<Duration>,
}

/// How many silences were looked at, and how many of them count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    all: u32,
    /// No two of them overlap.
    pub(super) apart: u32,
}

impl Counted {
    /// How many were counted with another.
    pub(super) fn overlapping(self) -> u32 {
        self.all - self.apart
    }
}

impl Silences {
    /// Those that are known to the end, and those of which nobody knows how long they would have lasted.
    pub(super) fn new(known: impl IntoIterator<Item = Gap>, endless: impl IntoIterator<Item = Gap>) -> Self {
        let known = known.into_iter().map(|gap| Silence {
            gap,
            length: Some(gap.length()),
        });
        let endless = endless.into_iter().map(|gap| Silence { gap, length: None });
        let mut silences: Vec<Silence> = known.chain(endless).collect();
        silences.sort_unstable_by_key(|silence| (silence.gap.to, silence.gap.from));
        Self { silences }
    }

    /// Counts those longer than this.
    pub(super) fn longer_than(&self, length: Duration) -> Counted {
        let is_longer = |silence: &&Silence| silence.length.is_none_or(|its| its > length);
        let mut counted = Counted::default();
        let mut end = None;
        for Silence { gap, .. } in self.silences.iter().filter(is_longer) {
            counted.all += 1;
            // Of those left, the one that ends first leaves the most room for others.
            if end.is_none_or(|end| gap.from >= end) {
                counted.apart += 1;
                end = Some(gap.to);
            }
        }
        counted
    }

    /// The lengths of those known, each once, the shortest first.
    pub(super) fn lengths(&self) -> Vec<Duration> {
        let mut lengths: Vec<Duration> = self
            .silences
            .iter()
            .filter_map(|silence| silence.length)
            .collect();
        lengths.sort_unstable();
        lengths.dedup();
        lengths
    }
}
