use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;

use zombie_sweeper::SweepReport;

use super::clock::{MINUTE, SECOND};
use super::contract::{edges, ms};
use super::dice::Dice;
use super::failure::{Failure, Fallible, hold};
use super::fleet::{Fleet, Setup};
use super::ledger::Ledger;
use super::stage::{self, Stage};

pub(super) const STEPS: usize = 40;

/// A story, settled by its fleet and a number for each step. A step reads its number against what it finds, so that
/// the story stays one when steps are taken out of it.
#[derive(Clone, Debug)]
pub(super) struct Sequence {
    pub(super) setup: Setup,
    pub(super) steps: Vec<u64>,
}

/// How a story ended.
pub(super) struct Played {
    pub(super) ledger: Ledger,
    pub(super) log: Vec<String>,
    pub(super) ended: Fallible,
    /// How many steps it took.
    pub(super) steps: usize,
}

impl Sequence {
    pub(super) fn of(setup: Setup) -> Self {
        let mut dice = Dice::new(setup.seed ^ 0x5EED);
        let steps = (0..STEPS).map(|_| dice.roll()).collect();
        Self { setup, steps }
    }

    /// Plays it on a database of its own in the folder.
    pub(super) fn play(&self, folder: &Path, logged: bool) -> Played {
        let path = folder.join(format!("{}.db", self.setup.seed));
        let mut played = Played {
            ledger: Ledger::default(),
            log: Vec::new(),
            ended: Ok(()),
            steps: 0,
        };
        match Fleet::new(&self.setup, &path, logged) {
            Ok(fleet) => self.tell(&Rc::new(RefCell::new(fleet)), &mut played),
            Err(failure) => played.ended = Err(failure),
        }
        for end in ["", "-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(folder.join(format!("{}.db{end}", self.setup.seed)));
        }
        played
    }

    fn tell(&self, stage: &Stage, played: &mut Played) {
        for &step in &self.steps {
            played.steps += 1;
            let taken = catch_unwind(AssertUnwindSafe(|| take(stage, step)));
            played.ended =
                taken.unwrap_or_else(|panic| Err(Failure(format!("panicked: {}", message(&*panic)))));
            if played.ended.is_err() {
                break;
            }
        }
        let Ok(mut fleet) = stage.try_borrow_mut() else {
            return;
        };
        if played.ended.is_ok() {
            played.ended = fleet.is_sound();
        }
        played.ledger = std::mem::take(&mut fleet.ledger);
        played.log = fleet.log.take().unwrap_or_default();
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or_default()
}

/// One step at the top: a sweep that others may come into, or what anybody does.
fn take(stage: &Stage, step: u64) -> Fallible {
    let mut dice = Dice::new(step);
    if !dice.percent(14) {
        let mut fleet = stage.borrow_mut();
        return act(&mut fleet, &mut dice);
    }
    let place = dice.below(stage.borrow().sweepers.len());
    let in_peace = stage.borrow().setup.sweeps_in_peace;
    match dice.below(10) {
        0..8 if in_peace => stage.borrow_mut().sweep_in_peace(place, false).map(drop),
        0..8 => stage::sweep(stage, place, dice.percent(10), &mut dice),
        8..9 => again_and_again(&mut stage.borrow_mut(), place),
        _ => stage.borrow_mut().sweep_in_peace(place, false).map(drop),
    }
}

/// A dry run plans what the sweep then does, but for what refuses to be written, and a second sweep finds nothing.
fn again_and_again(fleet: &mut Fleet, place: usize) -> Fallible {
    let swept = |fleet: &mut Fleet, dry_run| fleet.sweep_in_peace(place, dry_run);
    let Some(planned) = swept(fleet, true)? else {
        return Ok(());
    };
    let Some(done) = swept(fleet, false)? else {
        return Ok(());
    };
    let plan: BTreeSet<_> = planned
        .reaps
        .iter()
        .map(|reap| reap.task_id.to_string())
        .collect();
    let reaped = done.reaps.iter().map(|reap| reap.task_id.to_string());
    let tried: BTreeSet<_> = reaped
        .chain(done.failed.iter().map(|failed| failed.task_id.clone()))
        .collect();
    hold!(plan == tried, "planned {plan:?}, tried {tried:?}");
    let seen = |report: &SweepReport| (report.scanned, report.healthy, report.undecided.clone());
    hold!(
        seen(&planned) == seen(&done),
        "looked at twice: {planned:?}, {done:?}"
    );
    if done.failed.is_empty() {
        let released = |report: &SweepReport| {
            let figures = (report.runs_abandoned, report.workspaces_freed);
            (figures, report.reaps.clone(), report.warnings.clone())
        };
        let (plan, done) = (released(&planned), released(&done));
        hold!(plan == done, "planned {plan:?}, done {done:?}");
    }
    let Some(second) = swept(fleet, false)? else {
        return Ok(());
    };
    hold!(
        second.reaps.is_empty() && second.transactions == 0,
        "a second sweep reaped {:?}",
        second.reaps
    );
    fleet
        .ledger
        .count("second sweeps right after the first, and empty");
    Ok(())
}

/// Somebody does something in the midst of a sweep: preferably where it hurts.
pub(super) fn come_between(fleet: &mut Fleet, dice: &mut Dice) -> Fallible {
    let zombies = fleet.zombies_of_watch();
    let concerned = (0..fleet.workers.len()).filter(|&place| {
        let job = fleet.workers[place].job.as_ref();
        job.is_some_and(|job| zombies.contains(&job.task))
    });
    let concerned: Vec<usize> = concerned.collect();
    match dice.pick(&concerned) {
        Some(place) if dice.percent(60) => {
            fleet.workers[place].asleep_until_ms = 0;
            fleet.work(place, dice)
        }
        _ if dice.percent(10) => {
            let place = dice.below(fleet.sweepers.len());
            if fleet.is_sweeping(place) {
                return Ok(());
            }
            fleet.sweep_in_peace(place, false).map(drop)
        }
        _ => act(fleet, dice),
    }
}

/// What anybody does but sweep.
pub(super) fn act(fleet: &mut Fleet, dice: &mut Dice) -> Fallible {
    let has_workers = fleet.setup.shape().has_workers();
    match dice.below(if has_workers { 108 } else { 104 }) {
        0..20 => return pass_time(fleet, dice),
        20..58 => {
            let busy = (0..fleet.workers.len()).filter(|&place| fleet.workers[place].job.is_some());
            let busy: Vec<usize> = busy.filter(|&place| fleet.is_awake(place)).collect();
            return dice.pick(&busy).map_or(Ok(()), |place| fleet.work(place, dice));
        }
        58..78 => return fleet.claim(dice),
        78..80 => return fleet.submit(dice),
        80 => return fleet.reset_by_hand(dice),
        81 => return fleet.cancel_by_hand(dice),
        82..85 => return fleet.crash(dice),
        85..91 => fleet.stall(dice),
        91..92 => fleet.kill_group(dice),
        92..96 => return fleet.restart(dice),
        96..99 => fleet.jump(dice),
        99 => fleet.suspend(dice),
        100..102 => return fleet.suspend_all(dice),
        102..104 => return fleet.fail_to_write(dice),
        _ => return fleet.strike_off_a_silent_one(dice),
    }
    Ok(())
}

/// A little, a lot, or just so much that a sign of life is exactly as old as a sweeper bears, or a hair older.
fn pass_time(fleet: &mut Fleet, dice: &mut Dice) -> Fallible {
    let ms = match dice.below(20) {
        0..6 => dice.between(SECOND, 90 * SECOND),
        6..15 => dice.between(10 * MINUTE, 40 * MINUTE),
        _ => to_the_edge(fleet, dice).unwrap_or(SECOND),
    };
    fleet.wait(ms)
}

fn to_the_edge(fleet: &Fleet, dice: &mut Dice) -> Option<i64> {
    let running = fleet.truth.tasks.values().filter(|task| task.is_running());
    let task = dice.pick(&running.collect::<Vec<_>>())?;
    let (now, policy) = fleet.look_of(dice.below(fleet.sweepers.len()));
    let (since, bears) = dice.pick(&edges(&fleet.truth, task, &policy))?;
    let wait_ms = since.plus(ms(bears)).since(now) + dice.between(0, 1);
    (0..120 * MINUTE).contains(&wait_ms).then_some(wait_ms)
}
