//! Columns that hold moments, and which role each sounds like.

use super::hints::{HINTS, Hit, Phrases};
use super::portrait::{Column, Portrait};

/// What a moment may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    Lease,
    Heartbeat,
    Started,
    Ended,
    NextEligible,
    /// The end of something, though hardly of a claim.
    Deadline,
    Updated,
    Created,
    /// Something that says nothing about who is at work now.
    Past,
}

/// A column of moments, and what it sounds like.
#[derive(Clone, Copy)]
pub(super) struct Timed<'p> {
    pub(super) column: &'p Column,
    pub(super) time: Time,
    pub(super) sure: bool,
}

impl Timed<'_> {
    pub(super) fn name(&self) -> String {
        self.column.info.name.clone()
    }
}

/// Whether a column holds moments; where it holds nothing yet, whether it is declared or called so.
pub(super) fn is_moment(column: &Column) -> bool {
    let declared = column.info.declared_type();
    let is_declared = ["DATE", "TIME"].iter().any(|part| declared.contains(part));
    let is_flag = declared.contains("BOOL");
    let is_called = HINTS.moment.find(&column.words).is_some() && !is_flag;
    column.facts.are_times().unwrap_or(is_declared || is_called)
}

/// The columns of moments that sound like something, each with what it sounds like most.
pub(super) fn times(portrait: &Portrait) -> Vec<Timed<'_>> {
    portrait.columns.iter().filter_map(timed).collect()
}

/// Those of one role.
pub(super) fn of<'p>(times: &[Timed<'p>], time: Time) -> Vec<Timed<'p>> {
    times.iter().filter(|timed| timed.time == time).copied().collect()
}

fn timed(column: &Column) -> Option<Timed<'_>> {
    if !is_moment(column) {
        return None;
    }
    let (time, hit) = sounds_like(&column.words)?;
    Some(Timed {
        column,
        time,
        sure: hit.sure,
    })
}

/// What a name sounds like, were it that of a moment.
pub(super) fn sounds_like(words: &[String]) -> Option<(Time, Hit)> {
    let hints = &HINTS.times;
    let roles: [(Time, &Phrases); 9] = [
        (Time::Created, &hints.created),
        (Time::Updated, &hints.updated),
        (Time::NextEligible, &hints.next_eligible),
        (Time::Started, &hints.started),
        (Time::Ended, &hints.ended),
        (Time::Heartbeat, &hints.heartbeat),
        (Time::Deadline, &hints.deadline),
        (Time::Lease, &hints.lease),
        (Time::Past, &hints.none),
    ];
    let found = roles
        .into_iter()
        .filter_map(|(time, phrases)| Some((time, phrases.find(words)?)));
    // Of phrases as long as each other, that of the later role counts.
    found.max_by_key(|(_, hit)| hit.rank())
}
