//! Clocks: whether now, the signs of life and the files agree.

use std::time::Duration;

use super::census::Census;
use super::finding::{Code, Finding};
use super::span::{micros, span};
use super::surroundings::{ClockReading, Surroundings};
use crate::zombie::Timestamp;

/// Up to how many running tasks silence of all is chance.
const FEW: usize = 2;

/// How far two clocks may differ, or one be off, before it is worth a word.
const OFF: Duration = Duration::from_secs(60);

pub(super) fn silence(census: &Census) -> Option<Finding> {
    let newest = census.newest_sign?;
    let is_silent = census.scanned > FEW
        && census.healthy == 0
        && census.now.is_later_by(census.policy.stale_after, newest);
    is_silent.then(|| {
        let seen = format!(
            "none of the {} running tasks has shown life for {}: the newest sign is of {}",
            census.scanned,
            span(micros(census.now.micros_since(newest))),
            newest.to_rfc3339()
        );
        let advice = "did the fleet die, could nobody write, is a clock off, or does nothing of theirs count as a heartbeat? Find \
                      out before a sweep takes them all; --confirm makes it look twice";
        Finding::new(Code::AllSilent, seen, advice)
    })
}

pub(super) fn clocks(around: &Surroundings, now: Timestamp, suspended: Duration) -> Vec<Finding> {
    let mut findings = Vec::new();
    let modified = around.place.as_ref().and_then(|place| place.modified);
    if let Some(modified) = modified.map(Timestamp::from)
        && modified.is_later_by(OFF, now)
    {
        let ahead = span(micros(modified.micros_since(now)));
        findings.push(stepped(format!(
            "the database file was last written {ahead} ahead of now"
        )));
    }
    findings.extend(step(around).map(stepped));
    if !suspended.is_zero() {
        let seen = format!(
            "the machine has been suspended for {} since it booted",
            span(suspended)
        );
        let advice = "nothing: where silence is no longer than that explains, a sweep looks twice";
        findings.push(Finding::new(Code::Suspended, seen, advice));
    }
    findings
}

fn stepped(seen: String) -> Finding {
    let advice = "the clock was set, or the file's is another: see that the machine keeps its time (NTP), and sweep with --confirm \
                  until the times that are off have passed";
    Finding::new(Code::ClockStepped, seen, advice)
}

/// The last time that the clock of the wall went by more or less than the one that counts from the boot on.
fn step(around: &Surroundings) -> Option<String> {
    let remembered = around.memory.iter().flat_map(|memory| &memory.clocks);
    let mut readings: Vec<&ClockReading> = remembered.chain(&around.clock).collect();
    readings.sort_by_key(|reading| reading.since_boot);
    let pairs = readings.iter().enumerate().filter_map(|(place, before)| {
        let mut later = readings.iter().skip(place + 1);
        let next = later.find(|after| after.boot_id == before.boot_id);
        next.map(|after| (*before, *after))
    });
    let mut steps = pairs.filter_map(|(before, after)| {
        let by_wall = (after.wall - before.wall).num_microseconds()?;
        let by_boot = i64::try_from(after.since_boot.saturating_sub(before.since_boot).as_micros()).ok()?;
        let off = by_wall - by_boot;
        (micros(off.saturating_abs()) > OFF).then_some((off, before, after))
    });
    let (off, before, after) = steps.next_back()?;
    let side = if off < 0 { "back" } else { "ahead" };
    Some(format!(
        "the clock was set {side} by {} between {} and {}",
        span(micros(off.abs())),
        Timestamp::from(before.wall).to_rfc3339(),
        Timestamp::from(after.wall).to_rfc3339()
    ))
}
