//! What a plan takes in memory, about. An id that is long takes as much as it is long.

use zombie_sweeper::zombie::Id;
use zombie_sweeper::{PlannedReap, SweepReport};

use crate::surface::verbs::{Planned, Scope};
use crate::surface::weight::of_sweep;

pub(super) fn weight(scope: &Scope, report: &SweepReport, planned: &Planned) -> usize {
    let tasks = scope.tasks.iter().map(|task| size_of::<String>() + task.len());
    let reaps = planned.iter().map(|reap| {
        let run = reap.run_id.as_ref().map_or(0, length);
        size_of::<PlannedReap>() + length(&reap.task_id) + run
    });
    // The JSON has each id twice, under which stands the reason: in memory it stands once.
    let twice: usize = report.reaps.iter().map(|reap| length(&reap.task_id)).sum();
    tasks.chain(reaps).sum::<usize>() + of_sweep(report).saturating_sub(twice)
}

fn length(id: &Id) -> usize {
    match id {
        Id::Text(bytes) | Id::Blob(bytes) | Id::Several(bytes) => bytes.len(),
        Id::Null | Id::Integer(_) | Id::Real(_) => 0,
    }
}
