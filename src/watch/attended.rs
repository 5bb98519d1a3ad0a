use std::time::Duration;

use super::Moment;
use super::attention::Attention;
use crate::options::LookedSince;

/// Over which time a [`Watch`](super::Watch) has looked: what a sweep beside it is to know of the silence that it finds.
#[derive(Clone, Debug)]
pub struct Attended {
    attention: Attention,
    borne: Duration,
}

impl Attended {
    pub(super) fn of(attention: Attention, borne: Duration) -> Self {
        Self { attention, borne }
    }

    /// Since when it has looked without a break, as far as is known at this moment: that a clock was set since the watch last
    /// read it is a break already.
    #[must_use]
    pub fn looked_since(&self, at: Moment) -> LookedSince {
        let mut attention = self.attention.clone();
        attention.turn_to(at, self.borne);
        attention.looked_since()
    }
}
