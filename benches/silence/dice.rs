use std::time::Duration;

/// Random numbers that a seed settles for ever (`SplitMix64`).
pub(crate) struct Dice(u64);

impl Dice {
    /// Those of one thing among several of the same seed: what one of them rolls changes nothing for the others.
    pub(crate) fn of(seed: u64, parts: &[u64]) -> Self {
        let mut state = seed;
        for part in parts {
            state = Self(state ^ part.rotate_left(32)).roll();
        }
        Self(state)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Above 0, below 1.
    fn part(&mut self) -> f64 {
        let Ok(upper) = u32::try_from(self.roll() >> 32) else {
            unreachable!("32 bits are left")
        };
        (f64::from(upper) + 0.5) / 4_294_967_296.0
    }

    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.part() < probability
    }

    /// Anything from 1 to `last`, all alike.
    pub(crate) fn up_to(&mut self, last: u64) -> u64 {
        1 + self.roll() % last.max(1)
    }

    /// Anything below `end`, all alike.
    pub(crate) fn below(&mut self, end: Duration) -> Duration {
        end.mul_f64(self.part())
    }

    /// The wait for what comes at random, every so often.
    pub(crate) fn wait(&mut self, mean: Duration) -> Duration {
        mean.mul_f64(-self.part().ln())
    }
}
