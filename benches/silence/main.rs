//! What a learned threshold saves and what it costs, beside a fixed one: fleets of workers whose signs of life come in
//! different rhythms, simulated. What decides is the sweeper's own code, from what its sweeps would have seen.
//!
//! Prints a table as Markdown. Exits with 1 if a bound is broken. The same figures on every machine.

mod dice;
mod fleet;
mod memory;
mod population;

use std::panic::resume_unwind;
use std::process::ExitCode;
use std::time::Duration;

use fleet::{Policy, Tally, simulate};
use population::{Population, Rhythm};

/// What was looked at while the rules were being made.
const TUNED_ON: [u64; 3] = [1, 2, 3];

/// What is reported, and was looked at only once they were made.
const REPORTED: [u64; 4] = [1_001, 1_002, 1_003, 1_004];

const DAYS: u64 = 30;

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// Each with the most that it may lose beside the fixed threshold, and how many times fewer false reaps there must be.
const POPULATIONS: [(Population, Option<f64>, Option<f64>); 6] = [
    (
        Population {
            name: "beats of 10 s, rare pauses",
            rhythm: Rhythm::Beats {
                every: Duration::from_secs(10),
                pauses: Some((minutes(300), minutes(2))),
            },
        },
        None,
        None,
    ),
    (
        Population {
            name: "beats of 60 s, rare pauses",
            rhythm: Rhythm::Beats {
                every: minutes(1),
                pauses: Some((minutes(300), minutes(5))),
            },
        },
        Some(1.4),
        None,
    ),
    (
        Population {
            name: "steps of 5 min",
            rhythm: Rhythm::Steps { mean: minutes(5) },
        },
        Some(0.25),
        Some(40.0),
    ),
    (
        Population {
            name: "steps of 15 min",
            rhythm: Rhythm::Steps { mean: minutes(15) },
        },
        Some(0.25),
        Some(40.0),
    ),
    (
        Population {
            name: "no beat but the start",
            rhythm: Rhythm::None,
        },
        None,
        None,
    ),
    (
        Population {
            name: "beats of 10 s, clean",
            rhythm: Rhythm::Beats {
                every: Duration::from_secs(10),
                pauses: None,
            },
        },
        Some(1.0),
        Some(1.0),
    ),
];

fn main() -> ExitCode {
    let mut days = DAYS;
    let mut seeds: &[u64] = &REPORTED;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match (word.as_str(), words.next().map(|days| days.parse())) {
            ("--tuned-on", None) => seeds = &TUNED_ON,
            ("--days", Some(Ok(wanted))) => days = wanted,
            _ => {
                eprintln!("[--days DAYS] [--tuned-on]");
                return ExitCode::from(2);
            }
        }
    }
    println!("{days} days of 20 workers, a sweep a minute, seeds {seeds:?}\n");
    println!(
        "| population | threshold | at the end | completed | dead reaped | false reaps | contested | waited | thrown away | slot-hours lost | beside fixed |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    let mut broken = Vec::new();
    for (population, lost, fewer) in &POPULATIONS {
        let of = |policy| {
            let simulate = |seed: &u64| simulate(population, *seed, policy, days);
            let tallies: Vec<Tally> = std::thread::scope(|scope| {
                let all: Vec<_> = seeds.iter().map(|seed| scope.spawn(|| simulate(seed))).collect();
                let joined = all.into_iter().map(std::thread::ScopedJoinHandle::join);
                joined
                    .collect::<Result<_, _>>()
                    .unwrap_or_else(|panic| resume_unwind(panic))
            });
            let mut sum = Tally::default();
            for tally in &tallies {
                sum.add(tally);
            }
            sum
        };
        let (fixed, auto) = (of(Policy::Fixed), of(Policy::Auto));
        print(population.name, "900 s", &fixed, None);
        print(population.name, "auto", &auto, Some(&fixed));
        let ratio = auto.lost().div_duration_f64(fixed.lost());
        if let Some(most) = lost
            && ratio > *most
        {
            broken.push(format!(
                "{}: loses {ratio:.2} of the fixed one's slot-hours, not {most}",
                population.name
            ));
        }
        let times = f64::from(fixed.false_reaps) / f64::from(auto.false_reaps.max(1));
        if let Some(least) = fewer
            && fixed.false_reaps.max(auto.false_reaps) > 0
            && times < *least
        {
            broken.push(format!(
                "{}: {times:.1} times fewer false reaps, not {least}",
                population.name
            ));
        }
    }
    println!();
    for sentence in &broken {
        println!("- broken: {sentence}");
    }
    if broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn print(name: &str, threshold: &str, tally: &Tally, beside: Option<&Tally>) {
    let hours = |time: Duration| time.as_secs_f64() / 3_600.0;
    let beside = beside.map_or(String::new(), |fixed| {
        format!("{:.2}", tally.lost().div_duration_f64(fixed.lost()))
    });
    println!(
        "| {name} | {threshold} | {} s | {} | {} | {} | {} | {:.0} h | {:.0} h | {:.0} h | {beside} |",
        tally.threshold.as_secs(),
        tally.completed,
        tally.dead_reaped,
        tally.false_reaps,
        tally.contested,
        hours(tally.waited),
        hours(tally.thrown_away),
        hours(tally.lost()),
    );
}
