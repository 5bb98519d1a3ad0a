//! Where others come in while a sweep is under way: when it judges (it reads), when it waits for the lock (it has
//! read), and when it has committed a batch (it rests). The first and the last are told by what it logs, the second by
//! SQLite, which asks a connection what to do while it is locked out.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use super::contract::ms;
use super::dice::Dice;
use super::failure::{Fallible, hold};
use super::fleet::Fleet;
use super::promises::{TWICE, Wait};
use super::sequence;

/// A fleet, shared with what SQLite and the log call.
pub(super) type Stage = Rc<RefCell<Fleet>>;

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Reading,
    Waiting,
    Resting,
}

/// What is to come between the parts of a sweep.
#[derive(Debug)]
pub(super) struct Interruption {
    /// Whether others can come in, and each batch is seen when it is committed.
    pub(super) on_stage: bool,
    pub(super) holds_lock: bool,
    pub(super) steps: usize,
    pub(super) seed: u64,
}

impl Interruption {
    pub(super) fn none() -> Self {
        Self {
            on_stage: false,
            holds_lock: false,
            steps: 0,
            seed: 0,
        }
    }

    pub(super) fn any(dice: &mut Dice) -> Self {
        Self {
            on_stage: true,
            holds_lock: dice.percent(50),
            steps: if dice.percent(75) { 1 + dice.below(4) } else { 0 },
            seed: dice.roll(),
        }
    }
}

/// Sweeps, and lets others in.
pub(super) fn sweep(stage: &Stage, place: usize, dry_run: bool, dice: &mut Dice) -> Fallible {
    let engine = stage
        .borrow_mut()
        .begin_sweep(place, dry_run, Interruption::any(dice))?;
    STAGE.set(Some(Rc::clone(stage)));
    let (conn, swept) = engine.run();
    STAGE.set(None);
    stage.borrow_mut().end_sweep(conn, swept)?;
    Ok(())
}

/// The busy handler of every sweeper.
pub(super) fn waits(asked_before: i32) -> bool {
    asked_before < 3 && come_in(Moment::Waiting)
}

/// Lets others in, unless they are in already: a sweep of theirs is not interrupted itself.
fn come_in(moment: Moment) -> bool {
    let stage = STAGE.with_borrow(Clone::clone);
    let Some(stage) = stage else { return false };
    let Ok(mut fleet) = stage.try_borrow_mut() else {
        return false;
    };
    if moment == Moment::Waiting && fleet.outage_until_ms.is_some() {
        return false;
    }
    if fleet.failure.is_none() {
        let came_in = fleet.come_in(moment);
        fleet.failure = came_in.err();
    }
    fleet.failure.is_none()
}

/// The wait of every sweep between its two looks: others go on meanwhile.
pub(super) fn look_twice(time: Duration) -> Option<DateTime<Utc>> {
    let stage = STAGE.with_borrow(Clone::clone)?;
    let mut fleet = stage.try_borrow_mut().ok()?;
    let waited = fleet.wait_for_second_look(ms(time));
    waited.unwrap_or_else(|failure| {
        fleet.failure = Some(failure);
        None
    })
}

impl Fleet {
    /// Each worker that is awake at any time of the wait, and can write, does its next step in it: it is longer than the
    /// beat. `None`: the sweep is told to stop.
    fn wait_for_second_look(&mut self, ms: i64) -> Fallible<Option<DateTime<Utc>>> {
        self.settle_batch()?;
        if !self.lock_holder.is_autocommit() {
            self.lock_holder.execute_batch("ROLLBACK")?;
        }
        let began = self.clocks.elapsed_ms;
        let watch = self.watches.last_mut().unwrap();
        watch.interruption.holds_lock = false;
        let mut dice = Dice::new(watch.interruption.seed);
        watch.interruption.seed = dice.roll();
        let (place, now) = (watch.place, watch.now);
        let prints = self.prints(&self.zombies(place, now), place, now);
        self.watches.last_mut().unwrap().wait = Some(Wait {
            prints,
            awake: BTreeSet::new(),
        });
        self.note(|_| format!("(the sweep waits for {ms} ms, then looks again)"));
        let mut beats: Vec<_> = self.workers.iter().map(|worker| worker.name.clone()).collect();
        beats.retain(|_| dice.percent(70));
        let mut beats: Vec<_> = beats
            .into_iter()
            .map(|name| (dice.between(1, ms - 1), Some(name)))
            .collect();
        beats.extend((0..dice.below(3)).map(|_| (dice.between(1, ms - 1), None)));
        beats.sort();
        for (at, name) in beats {
            self.wait((began + at - self.clocks.elapsed_ms).max(0))?;
            match name {
                Some(name) => self.beat(&name, began, &mut dice)?,
                None => sequence::act(self, &mut dice)?,
            }
            self.look_again();
        }
        self.wait((began + ms - self.clocks.elapsed_ms).max(0))?;
        let names: Vec<_> = self.workers.iter().map(|worker| worker.name.clone()).collect();
        for name in names {
            self.beat(&name, began, &mut dice)?; // if it was asleep, or could not write
        }
        let awake =
            (0..self.workers.len()).filter(|place| self.is_awake(*place) && self.outage_until_ms.is_none());
        let awake = awake.map(|place| self.workers[place].name.clone()).collect();
        if let Some(wait) = &mut self.watches.last_mut().unwrap().wait {
            wait.awake = awake;
        }
        self.ledger.count(TWICE);
        if dice.percent(5) {
            self.note(|_| "(the sweep is told to stop)".to_owned());
            return Ok(None);
        }
        let now = self.turn_watch();
        self.look_again();
        Ok(Some(now.date_time()))
    }

    /// A worker that is awake and has not been heard of since the wait began takes its next step.
    fn beat(&mut self, name: &str, since_ms: i64, dice: &mut Dice) -> Fallible {
        for _ in 0..20 {
            let Some(place) = self.workers.iter().position(|worker| worker.name == name) else {
                return Ok(());
            };
            let heard = self.workers[place].heard_ms();
            if heard.is_none_or(|heard| heard > since_ms) || !self.is_awake(place) {
                return Ok(());
            }
            self.work(place, dice)?;
        }
        Ok(())
    }

    fn come_in(&mut self, moment: Moment) -> Fallible {
        if moment == Moment::Resting {
            self.settle_batch()?;
        }
        let watch = self.watches.last_mut().unwrap();
        watch.count(moment);
        let interruption = &mut watch.interruption;
        let mut dice = Dice::new(interruption.seed);
        interruption.seed = dice.roll();
        if moment == Moment::Waiting {
            hold!(
                interruption.holds_lock,
                "the sweep waits, and nobody holds the lock"
            );
            interruption.holds_lock = false;
            self.lock_holder.execute_batch("ROLLBACK")?;
            self.ledger.count("sweeps that waited for the lock");
        } else if dice.percent(50) {
            return Ok(());
        }
        let steps = dice.below(self.watches.last().unwrap().interruption.steps + 1);
        self.watches.last_mut().unwrap().interruption.steps -= steps;
        for _ in 0..steps {
            let commits = self.commits;
            self.note(|_| format!("({moment:?}, somebody comes in)"));
            sequence::come_between(self, &mut dice)?;
            self.look_again();
            self.ledger.count_many(
                &format!("commits while a sweep was {moment:?}"),
                self.commits - commits,
            );
        }
        let interruption = &self.watches.last().unwrap().interruption;
        let is_free = !interruption.holds_lock && self.outage_until_ms.is_none();
        if moment == Moment::Resting && is_free && dice.percent(30) {
            self.lock_holder.execute_batch("BEGIN IMMEDIATE")?;
            self.watches.last_mut().unwrap().interruption.holds_lock = true;
        }
        Ok(())
    }
}

/// Hears what a sweep logs: at debug level when it has judged a task, at info level when it has reaped one for good.
pub(super) struct Ears;

impl Subscriber for Ears {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("zombie_sweeper")
    }

    fn event(&self, event: &Event<'_>) {
        if *event.metadata().level() == Level::DEBUG {
            come_in(Moment::Reading);
        } else if *event.metadata().level() == Level::INFO {
            come_in(Moment::Resting);
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
