/// What one sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Oddity {
    /// Values that are not understood as times.
    Unreadable,
    /// Moments that lie ahead of *now*.
    Ahead,
    /// Times that may be local ones.
    LocalTime,
    /// A status of runs that nobody told.
    UnknownStatus,
    /// Claims that live by their last update alone.
    ClaimByUpdate,
    /// What is called running and has an end.
    HasEnd,
    /// A queue that shows starts alone, and tasks called dead for it.
    StartsAlone,
    /// Silent tasks in a queue without heartbeats.
    NoHeartbeat,
    /// A column that looks like a heartbeat.
    LookAlike,
    /// Times that are left as they are.
    FormLeft,
    /// Zombies that changed each time.
    NoPeace,
    /// An index that is missing.
    MissingIndex,
    /// Tasks whose past is not told.
    UntoldPast,
}

/// A sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it is about.
    pub oddity: Oddity,
    /// It.
    pub sentence: String,
}
