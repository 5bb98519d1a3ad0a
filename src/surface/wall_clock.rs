//! What time it is: the one place where the wall clock is read.

use std::time::SystemTime;

use chrono::{DateTime, Utc};

/// Now, also where the clock has fallen behind 1970, as that of a machine without a battery may: chrono's own reading of it
/// ends the program there.
#[expect(clippy::disallowed_methods, reason = "whoever asks passes it on as a value")]
pub(crate) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}
