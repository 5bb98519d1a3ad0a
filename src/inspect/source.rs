use serde::Serialize;

/// Where reaps are on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// In the queue's own events.
    Events,
    /// In the sweeper's own memory: the queue keeps no events.
    Ledger,
    /// Nowhere that could be asked.
    Nowhere,
}
