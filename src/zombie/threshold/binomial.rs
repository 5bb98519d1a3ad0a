//! How often a thing happens in so many independent trials: what a count of trials says, and what it cannot.
//!
//! No normal approximation anywhere: what is asked for is the far end of rare things, where that is wrong.

use std::f64::consts::TAU;

/// The probability that a thing that happens with probability `p` in each of `n` independent trials happens at least `k`
/// times. Right to about twelve digits up to a million trials, small tails included.
#[must_use]
pub fn at_least(n: u32, k: u32, p: f64) -> f64 {
    if k == 0 || (k <= n && p >= 1.0) {
        1.0
    } else if k > n || p <= 0.0 || p.is_nan() {
        0.0
    } else if f64::from(k) > f64::from(n) * p {
        // The smaller of the two tails is added up, from its largest term on: nothing cancels out.
        upward(n, k, p).min(1.0)
    } else {
        1.0 - upward(n, n - k + 1, 1.0 - p).min(1.0)
    }
}

/// The most `k` for which it is at least that probable that the thing happens `k` times or more.
#[must_use]
pub fn most(n: u32, p: f64, confidence: f64) -> u32 {
    let (mut allowed, mut too_many) = (0, n.saturating_add(1));
    while too_many - allowed > 1 {
        let k = allowed + (too_many - allowed) / 2;
        if at_least(n, k, p) >= confidence {
            allowed = k;
        } else {
            too_many = k;
        }
    }
    allowed
}

/// The fewest trials among which it is that probable that the thing happens at all.
#[must_use]
pub fn fewest(p: f64, confidence: f64) -> u32 {
    let (mut too_few, mut enough) = (0, u32::MAX);
    while enough - too_few > 1 {
        let n = too_few + (enough - too_few) / 2;
        if at_least(n, 1, p) >= confidence {
            enough = n;
        } else {
            too_few = n;
        }
    }
    enough
}

/// The interval of Clopper and Pearson: with that confidence, what happened `k` times in `n` independent trials has a
/// probability between these two. Without any trial it may have every one.
#[must_use]
pub fn interval(n: u32, k: u32, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    let lower = if k == 0 {
        0.0
    } else {
        bisect(|p| at_least(n, k, p) < tail)
    };
    let upper = if k >= n {
        1.0
    } else {
        // At most k successes are at least n − k failures.
        bisect(|p| at_least(n, n - k, 1.0 - p) > tail)
    };
    (lower, upper)
}

/// Where in [0, 1] what holds below ceases to hold, as closely as the numbers go.
fn bisect(is_below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The terms from `k` on, of which each is smaller than the one before it.
fn upward(n: u32, k: u32, p: f64) -> f64 {
    let odds = p / (1.0 - p);
    let mut term = exactly(n, k, p);
    let mut sum = 0.0;
    for i in k..=n {
        let with_it = sum + term;
        if with_it <= sum {
            break;
        }
        sum = with_it;
        term *= f64::from(n - i) / (f64::from(i) + 1.0) * odds;
    }
    sum
}

/// The probability of exactly `k`, for 0 < p < 1. Factorials of a million overflow, and their logarithms cancel each
/// other out but for the last digits: so what they have in common is left out beforehand (Loader 2000, "Fast and accurate
/// computation of binomial probabilities").
fn exactly(n: u32, k: u32, p: f64) -> f64 {
    let (all, successes, failures) = (f64::from(n), f64::from(k), f64::from(n - k));
    if k == 0 {
        return (all * (-p).ln_1p()).exp();
    }
    if k == n {
        return (all * p.ln()).exp();
    }
    let exponent = beyond_stirling(n)
        - beyond_stirling(k)
        - beyond_stirling(n - k)
        - deviance(successes, all * p)
        - deviance(failures, all * (1.0 - p));
    exponent.exp() * (all / (TAU * successes * failures)).sqrt()
}

/// By how much ln n! is more than Stirling's formula says.
fn beyond_stirling(n: u32) -> f64 {
    let x = f64::from(n);
    if n < 16 {
        let factorial: f64 = (1..=n).map(f64::from).product();
        return factorial.ln() - ((TAU * x).sqrt().ln() + x * x.ln() - x);
    }
    let square = 1.0 / (x * x);
    (1.0 / 12.0
        - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))))
        / x
}

/// x ln(x / expected) − x + expected.
fn deviance(x: f64, expected: f64) -> f64 {
    let t = (expected - x) / x;
    if t.abs() > 0.1 {
        return x * (t - t.ln_1p());
    }
    // t − ln(1 + t) term by term, as the difference of the two has lost its digits.
    let mut power = t * t;
    let mut sum = 0.0;
    let mut i = 2.0;
    loop {
        let term = power / i;
        if (sum + term).to_bits() == f64::to_bits(sum) {
            return x * sum;
        }
        sum += term;
        power *= -t;
        i += 1.0;
    }
}
