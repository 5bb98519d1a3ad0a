use crate::store::sqlite::project::Project;
use crate::zombie::Timestamp;

/// Which reaps are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'w> {
    /// None earlier than this.
    pub(crate) since: Option<Timestamp>,
    /// Of this task, as its id is shown.
    pub(crate) task: Option<&'w str>,
    pub(crate) project: Option<&'w Project>,
    pub(crate) reason: Option<&'w str>,
}
