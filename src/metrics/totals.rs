use std::collections::BTreeMap;

/// What all sweeps ever came to, where somebody remembers. Counters: they may only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sweeps, the failed ones included.
    pub sweeps: u64,
    /// Those that failed.
    pub failed_sweeps: u64,
    /// Tasks reaped, by the reason's code.
    pub reaped: BTreeMap<String, u64>,
}
