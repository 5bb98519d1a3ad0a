//! Which databases this process has open, and how: by files of its own, or kept open through `SQLite`.
//!
//! A POSIX system drops all locks that a process has on a file as soon as the process closes any descriptor of it. `SQLite` takes
//! care of its own. So where a database is kept open, by whichever thread, no other descriptor of it, or of what stands beside
//! it, may be closed here: whoever comes later joins the company of those who keep it, with nothing but `SQLite`'s descriptors; and
//! whoever is the first to keep it waits until who looks at its files is done, as does
//! whoever else would look at them. A lock of the process, and not of the file: the
//! locks in question are the process's too.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::standing::Standing;
use super::system::Identity;
use crate::store::open_error::OpenError;

/// How long to wait for others of this process: a look at the files of a large database may take a while.
const PATIENCE: Duration = Duration::from_secs(30);

static OPEN: Mutex<Open> = Mutex::new(Open::new());
static CHANGED: Condvar = Condvar::new();
static TICKETS: AtomicU64 = AtomicU64::new(0);

type Open = BTreeMap<Key, Uses>;

/// A database by its path, links resolved, and which file stood there.
type Key = (PathBuf, Identity);

/// Who has it open here.
#[derive(Default)]
struct Uses {
    /// Which thread has descriptors of its files, and how often. One at a time: what one closes would drop the locks of the other.
    /// Who opens it again in the midst of that is let in, as it could not wait for itself.
    by_files: Option<(ThreadId, usize)>,
    /// Who waits to look at its files, in the order in which they came.
    line: VecDeque<u64>,
    /// How many wait for those, to keep it open.
    waiting: usize,
    kept: Option<Arc<Company>>,
    /// How many keep it open.
    members: usize,
}

/// All those of one process who keep a database open.
pub(super) struct Company {
    standing: Mutex<Standing>,
    /// Whether a log was there before the first of them came.
    log_was_left: bool,
    has_written: AtomicBool,
}

impl Company {
    pub(super) fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn log_was_left(&self) -> bool {
        self.log_was_left
    }

    /// One of them has written.
    pub(super) fn wrote(&self) {
        self.has_written.store(true, Ordering::SeqCst);
    }

    /// Whether the log is folded in by the last one out.
    pub(super) fn folds_log(&self) -> bool {
        !self.log_was_left || self.has_written.load(Ordering::SeqCst)
    }
}

/// Somebody who has descriptors of the files, until this is dropped behind them.
pub(super) struct ByFiles(Key);

/// Somebody who keeps the database open, until this is dropped behind the connection.
pub(super) struct Member {
    key: Key,
    pub(super) company: Arc<Company>,
}

/// How a database is to be opened.
pub(super) enum Way {
    /// Nobody keeps it open here.
    ByFiles(ByFiles),
    /// Others do.
    InCompany(Member),
}

/// Before a descriptor of this file is opened; its path is resolved.
///
/// Fails where another file stood at the path when it was opened to be kept, as long as anybody keeps that: its log would be
/// taken for this one's.
pub(super) fn enter(path: &Path, identity: Identity) -> Result<Way, OpenError> {
    let turn = Turn::of((path.to_owned(), identity));
    wait_for(path, |open| {
        let is_it = |(at, which): &Key| at == path || cfg!(unix) && *which == identity;
        let kept = open
            .iter_mut()
            .find(|(key, uses)| uses.kept.is_some() && is_it(key));
        if let Some((key, uses)) = kept {
            if key.1 != identity {
                return Some(Err(OpenError::Replaced(path.to_owned())));
            }
            return uses.join(key).map(|member| Ok(Way::InCompany(member)));
        }
        let key = &turn.key;
        let uses = open.entry(key.clone()).or_default();
        if uses.is_by_files_here() {
            uses.look();
            return Some(Ok(Way::ByFiles(ByFiles(key.clone()))));
        }
        if !uses.line.contains(&turn.ticket) {
            uses.line.push_back(turn.ticket);
        }
        if uses.waiting > 0 || uses.by_files.is_some() || uses.line.front() != Some(&turn.ticket) {
            return None;
        }
        uses.look();
        Some(Ok(Way::ByFiles(ByFiles(key.clone()))))
    })?
}

impl Uses {
    fn join(&mut self, key: &Key) -> Option<Member> {
        let company = Arc::clone(self.kept.as_ref()?);
        self.members += 1;
        Some(Member {
            key: key.clone(),
            company,
        })
    }

    /// Whether it is this thread that has descriptors of its files.
    fn is_by_files_here(&self) -> bool {
        self.by_files
            .is_some_and(|(who, _)| who == thread::current().id())
    }

    /// This thread opens its files, perhaps once more.
    fn look(&mut self) {
        let times = self.by_files.map_or(0, |(_, times)| times);
        self.by_files = Some((thread::current().id(), times + 1));
    }

    /// And has closed them, perhaps once less.
    fn look_away(&mut self) {
        self.by_files = self
            .by_files
            .and_then(|(who, times)| (times > 1).then_some((who, times - 1)));
    }

    fn are_over(&self) -> bool {
        self.by_files.is_none() && self.line.is_empty() && self.waiting + self.members == 0
    }
}

impl ByFiles {
    /// Begins to keep open what was looked at, once nobody else looks at its files any more. Those of the caller are to be
    /// closed by now.
    pub(super) fn keep(self, standing: Standing, log_was_left: bool) -> Result<Member, OpenError> {
        let waiting = Waiting::of(&self);
        drop(self);
        let company = Arc::new(Company {
            standing: Mutex::new(standing),
            log_was_left,
            has_written: AtomicBool::new(false),
        });
        let key = &waiting.0;
        wait_for(&key.0, |open| {
            let uses = open.entry(key.clone()).or_default();
            if uses.by_files.is_some() {
                return None;
            }
            uses.kept.get_or_insert_with(|| Arc::clone(&company));
            uses.join(key)
        })
    }
}

/// A place in the line of those who would look at the files: whoever came first goes first.
struct Turn {
    key: Key,
    ticket: u64,
}

impl Turn {
    fn of(key: Key) -> Self {
        let ticket = TICKETS.fetch_add(1, Ordering::Relaxed);
        Self { key, ticket }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        leave(&self.key, |uses| {
            uses.line.retain(|ticket| *ticket != self.ticket);
        });
    }
}

/// Somebody who waits to keep it open: nobody else opens its files meanwhile.
struct Waiting(Key);

impl Waiting {
    fn of(by_files: &ByFiles) -> Self {
        let key = by_files.0.clone();
        lock().entry(key.clone()).or_default().waiting += 1;
        Self(key)
    }
}

impl Drop for ByFiles {
    fn drop(&mut self) {
        leave(&self.0, Uses::look_away);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        leave(&self.0, |uses| uses.waiting -= 1);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        leave(&self.key, |uses| {
            uses.members -= 1;
            if uses.members == 0 {
                uses.kept = None;
            }
        });
    }
}

fn leave(key: &Key, how: impl FnOnce(&mut Uses)) {
    let mut open = lock();
    if let Some(uses) = open.get_mut(key) {
        how(uses);
        if uses.are_over() {
            open.remove(key);
        }
    }
    drop(open);
    CHANGED.notify_all();
}

fn lock() -> MutexGuard<'static, Open> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until there is what is looked for; [`OpenError::InUseHere`] where that takes too long.
fn wait_for<T>(path: &Path, mut look: impl FnMut(&mut Open) -> Option<T>) -> Result<T, OpenError> {
    let mut found = None;
    let waited = CHANGED.wait_timeout_while(lock(), PATIENCE, |open| {
        found = look(open);
        found.is_none()
    });
    drop(waited.unwrap_or_else(PoisonError::into_inner));
    found.ok_or_else(|| OpenError::InUseHere(path.to_owned()))
}
