//! Who holds a thing that one task alone can have.

use std::collections::HashSet;
use std::sync::Arc;

use super::finding::Rows;
use crate::zombie::Suspect;

/// Those who hold one thing.
#[derive(Default)]
pub(super) struct Holders {
    pub(super) rows: Rows,
    projects: HashSet<Option<Arc<str>>>,
    /// Whether two of them are of one project, or of none.
    pub(super) share_a_project: bool,
}

impl Holders {
    pub(super) fn see(&mut self, suspect: &Suspect) {
        self.rows.see(&suspect.id);
        let labels = suspect.labels.as_ref();
        let project = labels.and_then(|labels| labels.project.clone());
        self.share_a_project |= !self.projects.insert(project);
    }
}
