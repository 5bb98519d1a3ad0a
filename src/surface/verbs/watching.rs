use std::sync::{Mutex, PoisonError};

use zombie_sweeper::LookedSince;
use zombie_sweeper::watch::Attended;

use crate::surface::moment;

/// Over which time the watch of this process has looked, for the sweeps that are asked of it.
#[derive(Debug, Default)]
pub(crate) struct Watching(Mutex<Option<Attended>>);

impl Watching {
    /// So the watch has it now.
    pub(crate) fn hear(&self, attended: Attended) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(attended);
    }

    /// Since when there has been no break, as far as is known now. Where nobody has watched yet, nothing is known of any.
    pub(super) fn looked_since(&self) -> LookedSince {
        let attended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let attended = attended.as_ref();
        attended.map_or_else(LookedSince::default, |attended| {
            attended.looked_since(moment::now())
        })
    }
}
