//! A database that a process which stays keeps open, for several at once.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use zombie_sweeper::store::{Kept, Left, OpenError, Queue};

use super::profile::Failed;

/// Who has it open goes by one file: it is opened anew only when nobody has it open any more. To open a file, and to close it,
/// takes away all locks that the process has on it.
#[derive(Debug, Default)]
pub(crate) struct House {
    /// Held by all that use it, and alone by who opens it anew.
    users: RwLock<()>,
    door: Mutex<Door>,
    /// Held by who keeps it open for longer.
    tenants: Arc<()>,
}

#[derive(Default)]
struct Door {
    kept: Option<Kept>,
    /// What stood there when it was open last.
    left: Option<Left>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}

/// That somebody keeps it open: to be dropped after what was opened.
#[derive(Debug)]
pub(crate) struct Tenancy(#[expect(dead_code, reason = "that it is held is what counts")] Arc<()>);

impl House {
    /// Hands over a connection of one's own.
    pub(super) fn visit<T>(
        &self,
        db: &Path,
        queue: &Queue<'_>,
        visit: impl FnOnce(Kept) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let (_using, own) = self.enter(db, queue)?;
        visit(own)
    }

    /// The same, for longer.
    pub(crate) fn rent(&self, db: &Path, queue: &Queue<'_>) -> Result<(Kept, Tenancy), Failed> {
        let (_using, own) = self.enter(db, queue)?;
        Ok((own, Tenancy(Arc::clone(&self.tenants))))
    }

    fn enter(&self, db: &Path, queue: &Queue<'_>) -> Result<(RwLockReadGuard<'_, ()>, Kept), OpenError> {
        for _ in 0..2 {
            let using = self.users.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(own) = self.own(queue)? {
                return Ok((using, own));
            }
            drop(using);
            self.open(db, queue)?;
        }
        Err(OpenError::MovedAtOnce(db.to_owned()))
    }

    /// A connection, where it is open and stands where it stood.
    fn own(&self, queue: &Queue<'_>) -> Result<Option<Kept>, OpenError> {
        let door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        let stands = door.kept.as_ref().filter(|kept| kept.check().is_ok());
        stands.map(|kept| queue.beside(kept)).transpose()
    }

    /// Opens it anew, once nobody has it open any more.
    fn open(&self, db: &Path, queue: &Queue<'_>) -> Result<(), OpenError> {
        let _alone = self.users.write().unwrap_or_else(PoisonError::into_inner);
        let mut door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        if door.kept.as_ref().is_some_and(|kept| kept.check().is_ok()) {
            return Ok(()); // somebody else has
        }
        if let Some(kept) = door.kept.take() {
            door.left = Some(kept.left());
        }
        if Arc::strong_count(&self.tenants) > 1 {
            return Err(OpenError::Replaced(db.to_owned()));
        }
        let opened = match &door.left {
            Some(left) => queue.keep_after(left),
            None => queue.keep(),
        };
        door.kept = Some(opened?);
        Ok(())
    }
}
