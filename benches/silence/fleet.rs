//! A fleet at work, and a sweep of it every minute.

use std::time::Duration;

use zombie_sweeper::zombie::{Id, Timestamp};

use crate::dice::Dice;
use crate::memory::{AtWork, DEFAULT, Memory};
use crate::population::{Population, Run};

const WORKERS: u64 = 20;
const SWEEP: Duration = Duration::from_secs(60);

/// Of those live runs that are reaped, this part sees at its next sign of life that its task was taken from it, and stops
/// without a trace. The others work on to their end, and their signs contest the reap.
const FENCED: f64 = 0.5;

/// How the threshold comes about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    Fixed,
    Auto,
}

/// What became of a fleet.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) completed: u32,
    pub(crate) dead_reaped: u32,
    pub(crate) false_reaps: u32,
    pub(crate) contested: u32,
    /// The time for which slots waited with a dead run.
    pub(crate) waited: Duration,
    /// The work of runs that were reaped alive, up to where the worker was free again.
    pub(crate) thrown_away: Duration,
    /// The threshold at the end.
    pub(crate) threshold: Duration,
}

impl Tally {
    pub(crate) fn lost(&self) -> Duration {
        self.waited + self.thrown_away
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.completed += other.completed;
        self.dead_reaped += other.dead_reaped;
        self.false_reaps += other.false_reaps;
        self.contested += other.contested;
        self.waited += other.waited;
        self.thrown_away += other.thrown_away;
        self.threshold = self.threshold.max(other.threshold);
    }
}

/// One worker at a time, with the run that it works at or will begin.
struct Slot {
    place: u64,
    runs: u64,
    run: Run,
}

impl Slot {
    fn id(&self) -> Id {
        Id::from(i64::try_from(self.runs * WORKERS + self.place).unwrap_or(i64::MAX))
    }

    fn begin(&mut self, fleet: &Fleet, at: Timestamp) {
        self.runs += 1;
        self.run = fleet.run(self.place, self.runs, at);
    }
}

struct Fleet<'p> {
    population: &'p Population,
    seed: u64,
}

impl Fleet<'_> {
    /// The same runs whatever the policy: only when they begin, and how far they get, depends on it.
    fn run(&self, place: u64, number: u64, at: Timestamp) -> Run {
        self.population
            .run(at, &mut Dice::of(self.seed, &[place, number]))
    }
}

/// Lets a fleet work for so many days.
pub(crate) fn simulate(population: &Population, seed: u64, policy: Policy, days: u64) -> Tally {
    let fleet = Fleet { population, seed };
    let mut slots: Vec<Slot> = (0..WORKERS)
        .map(|place| Slot {
            place,
            runs: 0,
            run: fleet.run(place, 0, Timestamp::EPOCH),
        })
        .collect();
    let mut memory = Memory::default();
    let mut fences = Dice::of(seed, &[WORKERS]);
    let mut tally = Tally::default();
    let mut now = Timestamp::EPOCH;
    for _ in 0..days * 24 * 60 {
        now = now.plus(SWEEP);
        for slot in &mut slots {
            while slot.run.end <= now && slot.run.dies.is_none() {
                tally.completed += 1;
                memory.ended(&slot.id(), &slot.run);
                slot.begin(&fleet, slot.run.end);
            }
        }
        let at_work: Vec<AtWork> = slots
            .iter()
            .filter(|slot| slot.run.began() <= now)
            .map(|slot| AtWork {
                id: slot.id(),
                run: &slot.run,
            })
            .collect();
        let borne = match policy {
            Policy::Fixed => DEFAULT,
            Policy::Auto => memory.decide(&at_work, now),
        };
        if policy == Policy::Auto {
            memory.look(&at_work, now);
        }
        tally.threshold = borne;
        for slot in &mut slots {
            if !now.is_later_by(borne, slot.run.newest(now)) {
                continue;
            }
            memory.reaped(&slot.run, now, borne);
            let free = if slot.run.is_dead(now) {
                tally.dead_reaped += 1;
                tally.waited += slot.run.dies.map_or(Duration::ZERO, |dies| now.since(dies));
                now
            } else {
                tally.false_reaps += 1;
                let notices = if fences.happens(FENCED) {
                    slot.run.next(now)
                } else {
                    tally.contested += 1;
                    slot.run.end
                };
                let free = slot.run.dies.map_or(notices, |dies| dies.min(notices));
                tally.thrown_away += free.since(slot.run.began());
                free
            };
            slot.begin(&fleet, free);
        }
    }
    for slot in slots.iter().filter(|slot| slot.run.is_dead(now)) {
        tally.waited += slot.run.dies.map_or(Duration::ZERO, |dies| now.since(dies));
    }
    tally
}
