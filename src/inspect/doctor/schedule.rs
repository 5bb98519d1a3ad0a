//! What starts sweeps, and how the last one ended.

use super::finding::{Code, Finding};
use super::surroundings::{Memory, Schedule};
use crate::zombie::Timestamp;

/// Where the last sweep that is remembered did not succeed.
pub(super) fn last_sweep(memory: &Memory) -> Option<Finding> {
    let last = memory.last_sweep?;
    let success = memory.last_success;
    success.is_none_or(|success| success < last).then(|| {
        let at = Timestamp::from(last).to_rfc3339();
        let success = success.map_or_else(
            || "none is remembered that succeeded".to_owned(),
            |success| {
                format!(
                    "the last that succeeded was at {}",
                    Timestamp::from(success).to_rfc3339()
                )
            },
        );
        let seen = format!("the last sweep, at {at}, failed; {success}");
        let advice = "its log has the message; docs/running.md#exit-codes explains its exit code";
        Finding::new(Code::SweepFailed, seen, advice)
    })
}

pub(super) fn schedule(schedule: &Schedule) -> Vec<Finding> {
    let Schedule { timers, units, cron } = schedule;
    let mut findings = Vec::new();
    for timer in timers.iter().filter(|timer| timer.next.is_none()) {
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
    if timers.is_empty() && cron.is_empty() {
        let seen = "no timer of systemd's and no crontab that can be read starts sweeps here";
        let advice = "nothing, where the orchestrator or another user's crontab does; else docs/running.md#on-a-schedule";
        findings.push(Finding::new(Code::NoSchedule, seen, advice));
    }
    findings
}
