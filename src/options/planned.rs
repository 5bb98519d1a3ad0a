//! What a dry run said that it would reap: a sweep of it reaps nothing else.

use std::mem;
use std::sync::Arc;

use crate::zombie::{Id, Reason, Zombie};

/// What a dry run would have reaped, each task with its run and the reason: a list that somebody can look at and agree to.
///
/// A [sweep of it](crate::SweepOptions::planned) reaps those of them that are zombies still, for the same reason, with the same
/// run and attempt, and so that it is parked or opened as was said; and no other. Of which database file it is it knows where it
/// was [told](Self::of_file); then a queue that is [kept open](crate::store::Kept::sweep) refuses to sweep another by it, whose
/// tasks may have the same ids. It says nothing of the project that it was narrowed to: who keeps one keeps that beside it. A copy
/// costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    reaps: Arc<Vec<PlannedReap>>,
    file: Option<FileMark>,
}

/// What tells the file of a database from any other that comes to stand at its path, a copy of it too. Nothing but comparing is
/// done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMark(String);

impl FileMark {
    pub(crate) fn new(mark: String) -> Self {
        Self(mark)
    }
}

/// One task that is to be reaped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedReap {
    /// The task's id.
    pub task_id: Id,
    /// What the task named as its active run; `None`: nothing.
    pub run_id: Option<Id>,
    /// The reason code.
    pub reason: Reason,
    /// Whether it would have been parked instead of opened.
    pub is_parked: bool,
    /// What tells this attempt from the next, which may keep the run's name: all that was read of the task and its runs.
    print: u64,
    /// The key of its row, where that is not its id: of many, each is kept once.
    key: Option<Box<Id>>,
}

impl Planned {
    /// The same, of this file and no other: the one that [stood there](crate::store::Queue::which_file) before the dry run looked.
    #[must_use]
    pub fn of_file(self, file: FileMark) -> Self {
        Self {
            file: Some(file),
            ..self
        }
    }

    /// Whether it may be swept in this file.
    pub(crate) fn is_of(&self, file: &FileMark) -> bool {
        self.file.as_ref().is_none_or(|known| known == file)
    }

    /// Each of them, in the order of the rows' keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &PlannedReap> {
        self.reaps.iter()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.reaps.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reaps.is_empty()
    }

    pub(crate) fn keys(&self) -> impl ExactSizeIterator<Item = &Id> {
        self.reaps.iter().map(PlannedReap::key)
    }

    /// Adds a zombie that a dry run would reap. What was added is in order once it is [closed](Self::close).
    pub(crate) fn add(&mut self, zombie: &Zombie) {
        Arc::make_mut(&mut self.reaps).push(PlannedReap::of(zombie));
    }

    /// Puts in order what was added: of two with the same key the later one holds.
    pub(crate) fn close(&mut self) {
        let planned = Arc::make_mut(&mut self.reaps);
        planned.sort_by(|a, b| a.key().cmp(b.key()));
        planned.dedup_by(|later, earlier| {
            let is_again = later.key() == earlier.key();
            if is_again {
                mem::swap(later, earlier);
            }
            is_again
        });
        planned.shrink_to_fit();
    }

    /// Whether this zombie is one of them, just as it was found. A row's key alone does not say so: it may have passed to
    /// another task. Whether it is to be parked need not be known yet.
    pub(crate) fn lists(&self, zombie: &Zombie) -> bool {
        self.listed(zombie).is_some_and(|planned| {
            let found = PlannedReap {
                is_parked: planned.is_parked,
                ..PlannedReap::of(zombie)
            };
            *planned == found
        })
    }

    /// Whether it would be parked, or opened, as was said of it.
    pub(crate) fn ends(&self, zombie: &Zombie) -> bool {
        let planned = self.listed(zombie);
        planned.is_some_and(|planned| planned.is_parked == zombie.is_to_be_parked)
    }

    fn listed(&self, zombie: &Zombie) -> Option<&PlannedReap> {
        let key = &zombie.suspect.key;
        let place = self.reaps.binary_search_by(|planned| planned.key().cmp(key));
        self.reaps.get(place.ok()?)
    }
}

impl PlannedReap {
    fn of(zombie: &Zombie) -> Self {
        let suspect = &zombie.suspect;
        Self {
            task_id: suspect.id.clone(),
            run_id: suspect.run_meant().cloned(),
            is_parked: zombie.is_to_be_parked,
            print: suspect.print_of_rows(),
            reason: zombie.evidence.reason.clone(),
            key: (suspect.key != suspect.id).then(|| Box::new(suspect.key.clone())),
        }
    }

    fn key(&self) -> &Id {
        self.key.as_deref().unwrap_or(&self.task_id)
    }
}
