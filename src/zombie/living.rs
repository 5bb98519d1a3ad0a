//! How old the last signs of life of the living are: what a threshold is to be held against.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What tasks are told apart by where many are counted together.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels {
    /// The project, by its name where the queue knows one, else by its id; `None` where the queue has no such column.
    pub project: Option<Arc<str>>,
    /// The kind; `None` where the queue has no such column.
    pub kind: Option<Arc<str>>,
}

/// The ages of the last signs of life of several living tasks, counted by powers of two seconds: fine enough to see by
/// what factor a threshold is off, and a few numbers however many tasks there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    counts: Vec<u64>,
    largest: Duration,
    without: u64,
}

/// Beyond this bucket, 194 days, the last one takes all.
const LAST: u32 = 24;

impl Ages {
    /// What was counted before. `counts` are those of the buckets, the first below one second, each other twice as wide
    /// as the one before it.
    #[must_use]
    pub fn counted(counts: Vec<u64>, largest: Duration, without: u64) -> Self {
        Self {
            counts,
            largest,
            without,
        }
    }

    /// Counts one.
    pub fn add(&mut self, age: Duration) {
        let bucket = (u64::BITS - age.as_secs().leading_zeros()).min(LAST) as usize;
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
        }
        self.largest = self.largest.max(age);
    }

    /// Counts one that is live by a lease or a grace, while its last sign of life is older than any threshold, or it has
    /// none. That says nothing of how often workers beat.
    pub fn add_without(&mut self) {
        self.without += 1;
    }

    /// Counts these too.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.largest = self.largest.max(other.largest);
        self.without += other.without;
    }

    /// How many fall into each bucket: below one second, below two, below four, and so on. The last that is not empty
    /// comes last.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// What ages of a bucket lie below.
    #[must_use]
    pub fn below(bucket: usize) -> Duration {
        let bucket = u32::try_from(bucket).unwrap_or(LAST);
        Duration::from_secs(1_u64.checked_shl(bucket).unwrap_or(u64::MAX))
    }

    /// How many ages were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The largest of them.
    #[must_use]
    pub fn largest(&self) -> Duration {
        self.largest
    }

    /// How many are live without a sign of life that says so.
    #[must_use]
    pub fn without(&self) -> u64 {
        self.without
    }
}

/// The living of one sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Living(BTreeMap<Labels, Ages>);

impl Living {
    /// Counts one whose last sign of life is this old. One that is older than a threshold keeps it alive for another
    /// reason, or there is none.
    pub fn add(&mut self, labels: &Labels, age: Option<Duration>) {
        let ages = match self.0.get_mut(labels) {
            Some(ages) => ages,
            None => self.0.entry(labels.clone()).or_default(),
        };
        match age {
            Some(age) => ages.add(age),
            None => ages.add_without(),
        }
    }

    /// Counts these too.
    pub fn merge(&mut self, other: &Self) {
        for (labels, ages) in &other.0 {
            self.0.entry(labels.clone()).or_default().merge(ages);
        }
    }

    /// The ages of each project and kind.
    pub fn iter(&self) -> impl Iterator<Item = (&Labels, &Ages)> {
        self.0.iter()
    }
}
