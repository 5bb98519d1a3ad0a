use std::collections::BTreeMap;

use crate::zombie::Timestamp;

/// Where a doubt belongs: the section, the key, and the column that may play the role, or else what is said of it.
pub(super) type Place = (&'static str, &'static str, Result<String, String>);

/// What leaves open whether a task lives.
#[derive(Default)]
pub(super) struct Doubts {
    /// How many running rows it is fresher in, and the newest of its moments.
    pub(super) found: BTreeMap<Place, (usize, Option<Timestamp>)>,
    pub(super) rows: usize,
}

impl Doubts {
    pub(super) fn add(&mut self, place: Place, at: Option<Timestamp>) {
        let (count, newest) = self.found.entry(place).or_default();
        *count += 1;
        *newest = at.max(*newest);
    }
}
