//! For how long the silence of each project and kind is borne, where that is to be learned.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use super::silences::silences;
use crate::error::SweepError;
use crate::options::SweepOptions;
use crate::store::{Opened, Records, SqliteRecords};
use crate::sweep::clock;
use crate::zombie::{Followed, Labels, Learned, PastReap, Timestamp};

/// No silence is borne for longer, unless the default is.
pub const CAP: Duration = Duration::from_secs(4 * 60 * 60);

/// For how long reaps by what was learned show that there was a memory of it.
const SHOWS: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What is remembered of past sweeps, as far as thresholds are learned from it.
#[derive(Clone, Debug)]
pub enum Recalled {
    /// It cannot be had now, for this reason.
    Unread(String),
    /// There is none, for this reason, and nobody goes by what is learned: nothing is held to be lost, and the queue tells what it
    /// can.
    Absent(String),
    /// This.
    Known(Box<Recollection>),
}

/// What a memory says.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Recollection {
    /// The runs that sweeps saw at work.
    pub followed: Followed,
    /// The reaps of a queue that keeps no events.
    pub reaps: Option<Vec<PastReap>>,
    /// What was in force at the last sweep that learned.
    pub in_force: BTreeMap<Labels, Duration>,
    /// What it says of itself.
    pub begun: Begun,
}

/// What a memory says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Begun {
    /// No sweep of the queue has learned, as far as it knows.
    #[default]
    New,
    /// Sweeps learn.
    Learning,
    /// They learn anew, as what they had learned was lost for this reason.
    Lost(String),
}

/// Decides for how long the silence of each project and kind is borne. `opts` say which queue, and for how long it is borne
/// at least. Nothing is written.
///
/// What is learned can only raise a threshold; so where the evidence for it is not to be had, each may have been above the
/// default, and the [cap](CAP) is borne by all. Whether it is not to be had, or never was, is told like this:
///
/// | the memory | the queue's events of the last 30 days | the evidence |
/// |---|---|---|
/// | cannot be read, is not safely ours, or is of a newer sweeper | | is lost for this sweep |
/// | is [not asked for](Recalled::Absent) | | is what the queue tells |
/// | says that what was learned is lost | | is gathered anew |
/// | says that sweeps learn | | is there |
/// | says neither, or there is none | tell of a reap by what was learned | is lost, and gathered anew |
/// | says neither, or there is none | tell of none | is new |
///
/// Gathered anew, each project and kind stays at the cap until as many of its runs have ended as a bound needs. A queue that
/// keeps no events cannot tell that a memory was lost: there a memory that is not there is a new one.
///
/// # Errors
///
/// Those of a dry run.
pub fn learn(conn: &Connection, opts: &SweepOptions, recalled: &Recalled) -> Result<Learned, SweepError> {
    let default = opts.policy.stale_after;
    let nothing = Recollection::default();
    let (known, lost) = match recalled {
        Recalled::Unread(why) => return Ok(Learned::lost(default, CAP, why)),
        Recalled::Absent(_) => (&nothing, None),
        Recalled::Known(known) => match &known.begun {
            Begun::Learning => (known.as_ref(), None),
            Begun::Lost(why) => (known.as_ref(), Some(why.clone())),
            Begun::New => (known.as_ref(), learned_before(conn, opts)?),
        },
    };
    let in_force = &known.in_force;
    // Who is at work is told by what is in force until now.
    let until_now = match &lost {
        None => Learned::new(&BTreeMap::new(), in_force, default, CAP),
        Some(why) => Learned::anew(&BTreeMap::new(), in_force, default, CAP, why),
    };
    let until_now = opts.clone().learned(Arc::new(until_now));
    let runs = silences(conn, &until_now, &known.followed, known.reaps.clone())?;
    Ok(match lost {
        None => Learned::new(&runs, in_force, default, CAP),
        Some(why) => Learned::anew(&runs, in_force, default, CAP, why),
    })
}

/// Why the evidence is lost, where the queue's own events say that there was some.
fn learned_before(conn: &Connection, opts: &SweepOptions) -> Result<Option<String>, SweepError> {
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    let opened = Opened::read(conn, opts, clock())?;
    let now = Timestamp::from(opts.now);
    let last = SqliteRecords::begin(conn, &opened, now)?.last_learned()?;
    let last = last.filter(|last| *last >= now.minus(SHOWS));
    Ok(last.map(|last| {
        format!(
            "the ledger remembers no learned threshold, and the queue's events tell of a reap by one ({})",
            last.to_rfc3339()
        )
    }))
}
