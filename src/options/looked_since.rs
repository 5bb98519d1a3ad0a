use chrono::{DateTime, Utc};

/// Since when somebody has looked without a break. Of what began to be silent before, nobody knows whether it could have beaten:
/// the wall clock may have been set meanwhile, or the machine have slept. `None`: since ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookedSince {
    /// To silence.
    pub silence: Option<DateTime<Utc>>,
    /// To leases, which may last a few seconds only: without a gap of that length either.
    pub leases: Option<DateTime<Utc>>,
}
