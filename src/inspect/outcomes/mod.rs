//! What became of the reaps, and which of them were contested?

mod groups;
mod options;
mod report;
mod stake;
mod suggestion;
mod trials;

pub use options::OutcomesOptions;
pub use report::{Outcomes, ReapsAlike, Silence};
pub use suggestion::{Cost, Costs, Suggestion};
pub use trials::Trials;

use rusqlite::Connection;

use super::learn::{Recalled, learn};
use super::reaps::{Asked, aftermaths, find};
use crate::error::SweepError;
use crate::store::{Opened, Records, SqliteRecords, StoreError};
use crate::sweep::clock;
use crate::zombie::{NextRuns, Notes, PastReap, Timestamp};
use groups::Groups;
use stake::Stake;

/// Of how many reaps it is told what became of them, the newest: each of them takes a look at its task and its runs.
const TOLD: usize = 50_000;

/// Says what became of the reaps by project, kind and reason, and of those for silence, which were contested. They are read from
/// the queue's events; of a queue that has no table of them, `elsewhere` are those that are on record somewhere else. Nothing is
/// written.
///
/// # Errors
///
/// Those of a dry run.
pub fn outcomes(
    conn: &Connection,
    opts: &OutcomesOptions,
    elsewhere: Option<Vec<PastReap>>,
) -> Result<Outcomes, SweepError> {
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    let queue = opts.queue();
    let opened = Opened::read(conn, &queue, clock())?;
    let records = SqliteRecords::begin(conn, &opened, Timestamp::from(opts.now))?;
    let (mut outcomes, stakes) = outcomes_by(records, opts, elsewhere)?;
    if let Some(recalled) = &opts.suggest {
        let learned = learn(conn, &queue, recalled)?;
        outcomes.warnings.extend(absent(recalled));
        outcomes.warnings.extend(learned.warning());
        outcomes.suggestion = Some(Suggestion::new(&stakes, learned));
    }
    Ok(outcomes)
}

/// What the suggestion does not know.
fn absent(recalled: &Recalled) -> Option<String> {
    match recalled {
        Recalled::Absent(why) => Some(format!(
            "{why}: what sweeps have learned is not known, and what is suggested rests on the queue's rows alone"
        )),
        Recalled::Unread(_) | Recalled::Known(_) => None,
    }
}

/// The same of any store, without a suggestion; and what was at stake.
fn outcomes_by(
    mut records: impl Records,
    opts: &OutcomesOptions,
    elsewhere: Option<Vec<PastReap>>,
) -> Result<(Outcomes, Vec<Stake>), StoreError> {
    let now = Timestamp::from(opts.now);
    let since = now.minus(opts.since);
    let mut notes = Notes::default();
    let asked = Asked {
        now,
        since: Some(since),
        task: None,
        project: opts.project.as_deref(),
        reason: opts.reason.as_deref(),
        limit: TOLD,
    };
    let found = find(&mut records, &asked, elsewhere, &mut notes)?;
    let mut next = NextRuns::after(&found.listed);
    let reaps = found.listed.iter().map(|(reap, _)| reap);
    let standing = aftermaths(&mut records, reaps, &mut next, &mut notes)?;
    let mut groups = Groups::new(opts.horizon, now);
    for (reap, again) in &found.listed {
        if let Some(aftermath) = standing.get(&reap.task_id.to_string()) {
            groups.see(reap, *again, aftermath, &next);
        }
    }
    let mut warnings = found.warnings;
    let told = found.listed.len();
    if told < found.total {
        warnings.push(format!(
            "{} reaps are on record in that time, and what became of them is told of the newest {told}",
            found.total
        ));
    }
    warnings.extend(notes.sentences(now));
    let sweeps = groups.sweeps();
    let (groups, stakes) = groups.told();
    let outcomes = Outcomes {
        total: found.total,
        told,
        groups,
        sweeps,
        suggestion: None,
        horizon_s: opts.horizon.as_secs_f64(),
        source: found.source,
        as_of: now.to_rfc3339(),
        since: since.to_rfc3339(),
        project: opts.project.clone(),
        reason: opts.reason.clone(),
        profile: opts.profile.name().to_owned(),
        warnings,
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok((outcomes, stakes))
}
