//! What starts sweeps, and how the last one ended.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::finding::{Code, Finding};
use super::surroundings::{Memory, Schedule, Timer};
use crate::zombie::Timestamp;

/// How long a zombie may wait for a sweep, and a sweep for the next: the schedules in the documentation come every quarter of an hour, and look twice.
pub(super) const OVERDUE: Duration = Duration::from_secs(3600);

/// Whether sweeps come is not known where the memory that was named cannot be read.
pub(super) fn unread(why: &str) -> Finding {
    let advice =
        "name the ledger that the sweeps are given, as a user who may read it: docs/ledger.md#reading-it";
    Finding::new(
        Code::LedgerUnread,
        format!("no sweep is remembered: {why}"),
        advice,
    )
}

/// Where the last sweep that is remembered failed.
pub(super) fn last_sweep(memory: &Memory) -> Option<Finding> {
    let last = memory.last_sweep?;
    (how_it_ended(memory, last) == Ended::Failed).then(|| {
        let seen = format!("{}; {}", told(memory, last), last_success(memory));
        let advice = "docs/running.md#error-messages explains each message, and says what to do";
        Finding::new(Code::SweepFailed, seen, advice)
    })
}

/// Where none that is remembered has succeeded for long.
pub(super) fn silence(memory: &Memory, now: Timestamp) -> Option<Finding> {
    let last = memory.last_sweep?;
    let is_long_ago = |at: DateTime<Utc>| now.is_later_by(OVERDUE, at.into());
    let is_silent = match how_it_ended(memory, last) {
        // Sweeps come, and it is said what keeps them from reaping.
        Ended::HeldBack => is_long_ago(last),
        Ended::Failed | Ended::Well => is_long_ago(memory.last_success.unwrap_or(last)),
    };
    is_silent.then(|| {
        let seen = format!("{}; {}", last_success(memory), told(memory, last));
        let advice =
            "see what starts the sweeper, and whether it still does, with this ledger: docs/running.md#on-a-schedule";
        Finding::new(Code::SweeperSilent, seen, advice)
    })
}

#[derive(PartialEq)]
enum Ended {
    Well,
    HeldBack,
    Failed,
}

fn how_it_ended(memory: &Memory, last: DateTime<Utc>) -> Ended {
    // An error says so whatever the clock, which may have been set back since the last success.
    if memory.last_error.is_some() {
        Ended::Failed
    } else if memory.held_back.as_ref().is_some_and(|held| held.last == last) {
        Ended::HeldBack
    } else if memory.last_success.is_some_and(|success| success >= last) {
        Ended::Well
    } else {
        Ended::Failed
    }
}

/// How the last sweep ended.
fn told(memory: &Memory, last: DateTime<Utc>) -> String {
    let at = Timestamp::from(last).to_rfc3339();
    match (how_it_ended(memory, last), &memory.last_error) {
        (Ended::Well, _) => format!("no sweep has come since, as the ledger says ({at} was the last)"),
        (Ended::HeldBack, _) => format!("the last sweep, at {at}, held back all that it found"),
        (Ended::Failed, None) => format!("the last sweep, at {at}, failed"),
        (Ended::Failed, Some(why)) => format!("the last sweep, at {at}, failed: {why}"),
    }
}

fn last_success(memory: &Memory) -> String {
    match memory.last_success {
        None => "none is remembered that succeeded".to_owned(),
        Some(success) => format!(
            "the last that succeeded was at {}",
            Timestamp::from(success).to_rfc3339()
        ),
    }
}

pub(super) fn schedule(schedule: &Schedule) -> Vec<Finding> {
    let Schedule {
        timers,
        watches,
        unclear,
        units,
        cron,
    } = schedule;
    let mut findings = Vec::new();
    // Where a watch stands in its place, a timer may well be off.
    let is_off = |timer: &&Timer| timer.next.is_none() && watches.is_empty();
    for timer in timers.iter().filter(is_off) {
        let name = &timer.name;
        let seen = format!("{name} is there, and will start no sweep");
        let advice = format!("`systemctl enable --now {name}`, or take it away");
        findings.push(Finding::new(Code::TimerInactive, seen, advice));
    }
    for unit in units.iter().filter(|unit| unit.result != "success") {
        let name = &unit.name;
        let seen = format!(
            "the last run of {name} failed: {} (exit code {})",
            unit.result, unit.exit
        );
        let advice =
            format!("`journalctl -u {name}` has the message; docs/running.md#exit-codes explains the code");
        findings.push(Finding::new(Code::SweepFailed, seen, advice));
    }
    if timers.is_empty() && watches.is_empty() && unclear.is_empty() && cron.is_empty() {
        let seen = "no timer of systemd's, no service that watches the queue and no crontab that can be read starts sweeps here";
        let advice = "nothing, where the orchestrator or another user's crontab does; else docs/running.md#on-a-schedule";
        findings.push(Finding::new(Code::NoSchedule, seen, advice));
    }
    findings
}
