//! How long runs were silent, by project and kind: what a threshold is learned from.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::time::Duration;

use rusqlite::Connection;

use crate::error::SweepError;
use crate::options::SweepOptions;
use crate::store::{
    EndedRun, Opened, PastRuns, Records, SeenReap, SqlitePastRuns, SqliteRecords, StoreError, WantedReaps,
};
use crate::sweep::clock;
use crate::zombie::{
    ActiveRun, Fate, Followed, FollowedRun, Gap, Id, Labels, Notes, PastReap, PastRun, Reason, Runs, Suspect,
    Timestamp, Verdict, beat_of_suspect,
};

/// How many of the runs made last are read.
const RUNS: usize = 50_000;

/// How many of the latest reaps are read, and how old they may be.
const REAPS: usize = 10_000;
const SINCE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How many of the running tasks are looked at.
const AT_WORK: usize = 50_000;

/// A run whose last beat is its end to within this ended with a beat: the silence that it ended with is none.
const AT_THE_END: Duration = Duration::from_secs(1);

/// How long runs were silent, of each project and kind: of the 50 000 made last those that ended by themselves, those that
/// sweeps have reaped for silence, and those at work. `followed` is what earlier looks saw of them. The reaps are read from
/// the queue's events; of a queue that has no table of them, `elsewhere` are those that are on record somewhere else. Nothing
/// is written.
///
/// What is told depends on what the rows show:
///
/// - where runs have rows and heartbeats of their own, the silence at the end of each, and between two beats as far as it was
///   followed;
/// - where nobody ever beats, from the start to the end;
/// - where somebody beats for a run on its task's row or as a worker, which a later run overwrites, only what was followed;
/// - where a task is its own run, the silence at the end of those that are done and keep their last heartbeat, and what was
///   followed of them; of each task the last attempt only.
///
/// A run that is called abandoned is none that ended by itself: whoever wrote that, nobody knows when it died.
///
/// A run at work is one that the thresholds of `opts` do not call a zombie: who is about to be reaped is not at work.
///
/// # Errors
///
/// Those of a dry run.
pub fn silences(
    conn: &Connection,
    opts: &SweepOptions,
    followed: &Followed,
    elsewhere: Option<Vec<PastReap>>,
) -> Result<BTreeMap<Labels, Runs>, SweepError> {
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    let opened = Opened::read(conn, opts, clock())?;
    let now = Timestamp::from(opts.now);
    // What is reaped meanwhile counts at the next look.
    let reaps = reaps(SqliteRecords::begin(conn, &opened, now)?, elsewhere, now)?;
    Ok(silences_by(
        SqlitePastRuns::begin(conn, &opened, opts)?,
        opts,
        followed,
        reaps,
    )?)
}

/// The latest reaps for silence that was held against a threshold.
fn reaps(
    mut records: impl Records,
    elsewhere: Option<Vec<PastReap>>,
    now: Timestamp,
) -> Result<Vec<PastReap>, StoreError> {
    let reason = Reason::StaleHeartbeat.code();
    let since = now.minus(SINCE);
    let wanted = WantedReaps {
        since: Some(since),
        task: None,
        reason: Some(&reason),
    };
    let mut latest = Latest::default();
    let mut see = |seen: SeenReap| {
        if seen.is_wanted && seen.at.is_some_and(|at| at >= since && at <= now) {
            latest.see(seen);
        }
    };
    if !records.see(&wanted, &mut see, &mut Notes::default())? {
        let known = elsewhere.unwrap_or_default().into_iter();
        let known = known.filter(|reap| reap.reason == reason);
        known.for_each(|reap| see(SeenReap::known(reap, true)));
    }
    let latest = latest.chosen().into_iter();
    latest.map(|seen| records.whole(seen)).collect()
}

/// The latest of many.
#[derive(Default)]
struct Latest(Vec<SeenReap>);

impl Latest {
    fn see(&mut self, seen: SeenReap) {
        self.0.push(seen);
        if self.0.len() >= 2 * REAPS {
            self.choose();
        }
    }

    fn choose(&mut self) {
        self.0.sort_by_key(|seen| std::cmp::Reverse(seen.at));
        self.0.truncate(REAPS);
    }

    fn chosen(mut self) -> Vec<SeenReap> {
        self.choose();
        self.0
    }
}

/// The same of any store.
fn silences_by(
    mut past: impl PastRuns,
    opts: &SweepOptions,
    followed: &Followed,
    reaps: Vec<PastReap>,
) -> Result<BTreeMap<Labels, Runs>, StoreError> {
    let mut runs: BTreeMap<Labels, Runs> = BTreeMap::new();
    let mut reaped = HashSet::new();
    for reap in reaps {
        reaped.extend(reap.run_id.clone().map(|id| id.by_value()));
        if let Some(run) = reaped_run(&reap) {
            let labels = past.labels(&reap.task_id)?;
            runs.entry(labels).or_default().past.push(run);
        }
    }
    past.ended(RUNS, &mut |ended| {
        if !reaped.contains(&ended.id.by_value()) {
            let run = ended_run(&ended, known(followed, &ended.id, ended.began));
            runs.entry(ended.labels).or_default().past.push(run);
        }
    })?;
    let now = Timestamp::from(opts.now);
    let mut seen = 0;
    past.at_work(&mut |suspect| {
        if let Some((labels, gap)) = living_run(&suspect, opts, followed, now) {
            runs.entry(labels).or_default().living.push(gap);
        }
        seen += 1;
        if seen < AT_WORK {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(runs)
}

/// What looks saw of this run, and not of another attempt under the same id.
fn known<'f>(followed: &'f Followed, id: &Id, began: Option<Timestamp>) -> Option<&'f FollowedRun> {
    followed.get(id).filter(|run| Some(run.began) == began)
}

/// What a reap for silence says, where it says what was borne: a lease that ran out was held against none.
fn reaped_run(reap: &PastReap) -> Option<PastRun> {
    let borne = reap.threshold.filter(|threshold| !threshold.is_zero())?;
    let gap = Gap {
        from: reap.sign_of_life?,
        to: reap.at,
    };
    Some(PastRun {
        ended: reap.at,
        fate: Fate::Reaped { gap, borne },
    })
}

/// What a run that ended by itself says: the longer of the silence that looks saw between two of its beats and the one from
/// the last beat to the end.
fn ended_run(ended: &EndedRun, known: Option<&FollowedRun>) -> PastRun {
    let last = ended.last.max(known.map(|known| known.last));
    let at_the_end = last.map(|from| Gap { from, to: ended.end });
    let between = known.and_then(|known| known.gap);
    let at_the_end = at_the_end.filter(|gap| gap.length() >= AT_THE_END);
    let longest = between.into_iter().chain(at_the_end).max_by_key(Gap::length);
    PastRun {
        ended: ended.end,
        fate: longest.map_or(Fate::Mute, Fate::Ended),
    }
}

/// The longest silence so far of a run at work; `None` of a claim, and of a zombie.
fn living_run(
    suspect: &Suspect,
    opts: &SweepOptions,
    followed: &Followed,
    now: Timestamp,
) -> Option<(Labels, Gap)> {
    if let ActiveRun::None | ActiveRun::Missing = suspect.active {
        return None;
    }
    let labels = suspect.labels.as_deref().cloned().unwrap_or_default();
    let policy = opts.policy_for(Some(&labels));
    let Verdict::Healthy = suspect.verdict(&policy, now) else {
        return None;
    };
    let beat = beat_of_suspect(suspect, &labels, now)?;
    let known = known(followed, &beat.run, Some(beat.began));
    let so_far = Gap {
        from: beat.at,
        to: now.max(beat.at),
    };
    // One that is longer than is borne is that of a run which a lease keeps alive: no threshold is asked of it.
    let so_far = Some(so_far).filter(|gap| gap.length() <= policy.stale_after);
    let between = known.and_then(|known| known.gap);
    let longest = between.into_iter().chain(so_far).max_by_key(Gap::length)?;
    Some((labels, longest))
}
