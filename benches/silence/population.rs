//! Who works, and when it shows life.

use std::time::Duration;

use zombie_sweeper::zombie::Timestamp;

use crate::dice::Dice;

/// Of so many runs one dies.
const DEATHS: f64 = 0.03;

/// What a run works is up to twice this.
const WORK: Duration = Duration::from_secs(3_600);

/// How the runs of a fleet show life.
pub(crate) struct Population {
    pub(crate) name: &'static str,
    pub(crate) rhythm: Rhythm,
}

pub(crate) enum Rhythm {
    /// A beat every so often, and once in so much work a pause on top of it, of this length on average (exponential).
    Beats {
        every: Duration,
        pauses: Option<(Duration, Duration)>,
    },
    /// A beat at the start of each step, and none in it; how long a step takes is exponential, with this mean.
    Steps { mean: Duration },
    /// No beat but the start.
    None,
}

/// A run, as it will be if nobody touches it.
pub(crate) struct Run {
    /// Its signs of life, the start first.
    pub(crate) beats: Vec<Timestamp>,
    /// When its work is done.
    pub(crate) end: Timestamp,
    /// When it dies before that.
    pub(crate) dies: Option<Timestamp>,
}

impl Population {
    pub(crate) fn run(&self, began: Timestamp, dice: &mut Dice) -> Run {
        let is_to_die = dice.happens(DEATHS);
        let (mut beats, mut end) = (Vec::new(), began);
        match self.rhythm {
            Rhythm::Beats { every, pauses } => {
                let mut work = dice.below(2 * WORK);
                while work > every {
                    beats.push(end);
                    end = end.plus(every);
                    work -= every;
                    if let Some((once_in, mean)) = pauses
                        && dice.happens(every.div_duration_f64(once_in))
                    {
                        end = end.plus(dice.wait(mean));
                    }
                }
                beats.push(end);
                end = end.plus(work);
            }
            Rhythm::Steps { mean } => {
                let steps = 2 * WORK.as_secs() / mean.as_secs() - 1;
                for _ in 0..dice.up_to(steps) {
                    beats.push(end);
                    end = end.plus(dice.wait(mean));
                }
            }
            Rhythm::None => {
                beats.push(end);
                end = end.plus(dice.below(2 * WORK));
            }
        }
        let dies = is_to_die.then(|| began.plus(dice.below(end.since(began))));
        Run { beats, end, dies }
    }
}

impl Run {
    pub(crate) fn began(&self) -> Timestamp {
        self.beats.first().copied().unwrap_or(self.end)
    }

    /// Its last sign of life up to this moment; its first one before that.
    pub(crate) fn newest(&self, at: Timestamp) -> Timestamp {
        let shown = self
            .beats
            .partition_point(|beat| *beat <= at && self.dies.is_none_or(|dies| *beat <= dies));
        let last = shown.checked_sub(1).and_then(|last| self.beats.get(last));
        last.copied().unwrap_or(self.began())
    }

    /// When it would show life again, or have no more to do: then it sees that its task was taken from it.
    pub(crate) fn next(&self, after: Timestamp) -> Timestamp {
        let shown = self.beats.partition_point(|beat| *beat <= after);
        self.beats.get(shown).copied().unwrap_or(self.end)
    }

    pub(crate) fn is_dead(&self, at: Timestamp) -> bool {
        self.dies.is_some_and(|dies| dies <= at)
    }
}
