use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::Queue;
use zombie_sweeper::{Profile, SweepError};

use super::args::DatabaseArgs;
use super::profile::{self, Failed};
use super::signals;

/// The queue that the command line names, opened as it says.
pub(super) fn at<'q>(args: &'q DatabaseArgs, profile: &'q Profile) -> Queue<'q> {
    Queue::at(&args.db, profile)
        .configured(|conn| signals::obey(conn, args.busy_timeout))
        .going_on(signals::none)
}

/// What a look at it finds, by the profile that was asked for, else by one that ships and fits; and what is to be said of
/// how it was read.
pub(super) fn look<T>(
    args: &DatabaseArgs,
    asked: Option<&Profile>,
    mut look: impl FnMut(&mut Connection, &Profile) -> Result<T, SweepError>,
) -> Result<(T, Vec<String>), Failed> {
    let opened_by = asked.cloned().unwrap_or_default();
    let look = |conn: &mut _| profile::look(conn, asked, &mut look);
    let ((found, taken), copied) = at(args, &opened_by).read(look)?;
    Ok((found, taken.into_iter().chain(copied).collect()))
}
