//! The newest signs of life of some of the runs at work: what a memory follows from look to look.

use std::collections::BTreeMap;

use super::{ActiveRun, Id, Labels, Run, Suspect, Task, Timestamp, last_sign_of_run};

/// What one look saw of a run at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The run; the task, where that is its own run.
    pub run: Id,
    /// Its task's project and kind.
    pub labels: Labels,
    /// When it began, which tells it from a later attempt under the same id.
    pub began: Timestamp,
    /// Its newest sign of life.
    pub at: Timestamp,
}

/// The beats of a bounded number of runs, chosen by a hash of their ids and by nothing else: the same runs are chosen from
/// look to look for as long as they run, whatever they do, and how long they are silent says nothing of who is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beats(BTreeMap<(u64, Id), Beat>);

impl Beats {
    /// How many runs are followed at most.
    pub const MOST: usize = 300;

    /// Whether this run is one of those chosen, as far as runs have been seen.
    #[must_use]
    pub fn wants(&self, run: &Id) -> bool {
        let is_chosen = |((last, _), _): ((u64, &Id), &Beat)| hash(run) <= last;
        self.0.len() < Self::MOST
            || self
                .0
                .last_key_value()
                .map(|((hash, id), beat)| ((*hash, id), beat))
                .is_none_or(is_chosen)
    }

    /// Takes in one, unless enough others are chosen before it. Of two of the same run the newer counts.
    pub fn add(&mut self, beat: Beat) {
        let place = (hash(&beat.run), beat.run.clone());
        if self.0.get(&place).is_some_and(|known| known.at > beat.at) {
            return;
        }
        self.0.insert(place, beat);
        if self.0.len() > Self::MOST {
            self.0.pop_last();
        }
    }

    /// Takes these in too.
    pub fn merge(&mut self, other: Self) {
        other.0.into_values().for_each(|beat| self.add(beat));
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Beat> {
        self.0.values()
    }
}

/// The beat of a task's active run, of whatever it shows itself; `None` of a claim, which is no run, and of a run of which
/// nothing says when it began, as the next attempt may have the same id.
#[must_use]
pub fn beat_of(
    task_id: &Id,
    task: &Task,
    active: &ActiveRun<&Run>,
    labels: &Labels,
    now: Timestamp,
) -> Option<Beat> {
    let (run, began) = match active {
        ActiveRun::Own(run) => (&run.id, run.start().newest),
        ActiveRun::Itself => (task_id, task.started.newest),
        ActiveRun::None | ActiveRun::Missing => return None,
    };
    Some(Beat {
        run: run.clone(),
        labels: labels.clone(),
        began: began?.at,
        at: last_sign_of_run(task, active, now)?,
    })
}

/// The same of a suspect that was found alive.
#[must_use]
pub fn beat_of_suspect(suspect: &Suspect, labels: &Labels, now: Timestamp) -> Option<Beat> {
    let active = suspect.active.as_ref().map(|row| &row.run);
    beat_of(&suspect.id, &suspect.task, &active, labels, now)
}

/// FNV-1a, with its bits mixed at the end: the same on every machine and in every version, as what was chosen at the last
/// look is to be chosen at the next.
fn hash(id: &Id) -> u64 {
    let seen = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let over = |kind: u8, bytes: &[u8]| {
        let begun = seen(0xcbf2_9ce4_8422_2325, kind);
        bytes.iter().fold(begun, |hash, byte| seen(hash, *byte))
    };
    let hash = match id {
        Id::Null => over(0, &[]),
        Id::Integer(number) => over(1, &number.to_le_bytes()),
        Id::Real(bits) => over(2, &bits.to_le_bytes()),
        Id::Text(bytes) => over(3, bytes),
        Id::Blob(bytes) => over(4, bytes),
        Id::Several(bytes) => over(5, bytes),
    };
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}
