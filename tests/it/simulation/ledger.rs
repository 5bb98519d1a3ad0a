use std::collections::BTreeMap;

/// What happened, counted under names that a reader of the figures understands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger(BTreeMap<String, usize>);

impl Ledger {
    pub(super) fn count(&mut self, what: &str) {
        self.count_many(what, 1);
    }

    pub(super) fn count_many(&mut self, what: &str, times: usize) {
        if let Some(counted) = self.0.get_mut(what) {
            *counted += times;
        } else {
            self.0.insert(what.to_owned(), times);
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            self.count_many(what, *times);
        }
    }

    pub(super) fn of(&self, what: &str) -> usize {
        self.0.get(what).copied().unwrap_or_default()
    }

    /// All whose names begin so.
    pub(super) fn sum(&self, beginning: &str) -> usize {
        let counted = self.0.iter().filter(|(what, _)| what.starts_with(beginning));
        counted.map(|(_, times)| times).sum()
    }
}

impl std::fmt::Display for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (what, times) in &self.0 {
            writeln!(f, "{times:>10}  {what}")?;
        }
        Ok(())
    }
}
