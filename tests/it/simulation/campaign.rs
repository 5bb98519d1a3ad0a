use std::env;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::failure::Failure;
use super::fleet::Setup;
use super::ledger::Ledger;
use super::sequence::{STEPS, Sequence};
use super::stage::Ears;

/// How many stories are told unless the environment says otherwise.
const SEQUENCES: u64 = 1_400;

/// More threads than cores: a sweep rests before it goes on where others write.
const THREADS_PER_CORE: usize = 8;

/// Which stories to tell.
struct Order {
    first_seed: u64,
    least_steps: u64,
    threads: usize,
}

impl Order {
    fn from_environment() -> Self {
        let number = |name| env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
        let (seed, steps) = (number("ZOMBIE_SIM_SEED"), number("ZOMBIE_SIM_STEPS"));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let only_one = seed.is_some() && steps.is_none();
        Self {
            threads: if only_one { 1 } else { cores * THREADS_PER_CORE },
            first_seed: seed.unwrap_or(0),
            least_steps: match (seed, steps) {
                (_, Some(steps)) => steps,
                (Some(_), None) => 1,
                (None, None) => SEQUENCES * u64::try_from(STEPS).unwrap(),
            },
        }
    }
}

/// Tells them all, each seed once, and fails with the smallest seed that failed. Returns what happened.
pub(super) fn tell_all() -> Ledger {
    let order = Order::from_environment();
    let (seeds, steps) = (AtomicU64::new(order.first_seed), AtomicU64::new(0));
    let failed = Mutex::new(None::<Sequence>);
    let total = Mutex::new(Ledger::default());
    thread::scope(|scope| {
        for _ in 0..order.threads {
            scope.spawn(|| {
                let folder = tempfile::tempdir().unwrap();
                let mut ledger = Ledger::default();
                tracing::subscriber::with_default(Ears, || {
                    while steps.load(Ordering::Relaxed) < order.least_steps
                        && failed.lock().unwrap().is_none()
                    {
                        let sequence = Sequence::of(Setup::of(seeds.fetch_add(1, Ordering::Relaxed)));
                        let played = sequence.play(folder.path(), false);
                        steps.fetch_add(u64::try_from(played.steps).unwrap(), Ordering::Relaxed);
                        ledger.count("sequences");
                        ledger.count_many("steps", played.steps);
                        ledger.add(&played.ledger);
                        if played.ended.is_err() {
                            let mut failed = failed.lock().unwrap();
                            if failed
                                .as_ref()
                                .is_none_or(|other| sequence.setup.seed < other.setup.seed)
                            {
                                *failed = Some(sequence);
                            }
                        }
                    }
                });
                total.lock().unwrap().add(&ledger);
            });
        }
    });
    if let Some(sequence) = failed.into_inner().unwrap() {
        panic!("{}", explain(&sequence));
    }
    total.into_inner().unwrap()
}

/// Tells one story, aloud.
pub(super) fn tell(sequence: &Sequence) -> Ledger {
    let folder = tempfile::tempdir().unwrap();
    let played = tracing::subscriber::with_default(Ears, || sequence.play(folder.path(), true));
    println!("{:?}\n{}\n", sequence.setup, played.log.join("\n"));
    assert!(played.ended.is_ok(), "{}", explain(sequence));
    played.ledger
}

/// The failure, how to see it again, and the shortest story found that fails.
fn explain(sequence: &Sequence) -> String {
    let folder = tempfile::tempdir().unwrap();
    tracing::subscriber::with_default(Ears, || {
        let first = sequence.play(folder.path(), true);
        let short = shrink(sequence, folder.path());
        let last = short.play(folder.path(), true);
        let mut text = format!(
            "seed {} failed at step {}: ZOMBIE_SIM_SEED={} plays it again\n",
            sequence.setup.seed, first.steps, sequence.setup.seed
        );
        for (what, played) in [("as found", first), ("as short as it gets", last)] {
            let why = played
                .ended
                .err()
                .map_or_else(|| "it held".to_owned(), |Failure(why)| why);
            let _ = write!(
                text,
                "\n{what}, {} steps:\n{}\n{why}\n",
                played.steps,
                played.log.join("\n")
            );
        }
        let _ = write!(text, "\n{:?}", short.setup);
        text
    })
}

/// Fewer actors first, then fewer steps, as long as it fails.
fn shrink(sequence: &Sequence, folder: &Path) -> Sequence {
    let fails = |sequence: &Sequence| {
        let played = sequence.play(folder, false);
        played.ended.is_err().then_some(played.steps)
    };
    let mut short = sequence.clone();
    if let Some(steps) = fails(&short) {
        short.steps.truncate(steps);
    }
    let fewer: [fn(&mut Setup) -> &mut usize; 3] =
        [|s| &mut s.tasks, |s| &mut s.workers, |s| &mut s.sweepers];
    for actors in fewer {
        for number in 1..*actors(&mut short.setup.clone()) {
            let mut candidate = short.clone();
            *actors(&mut candidate.setup) = number;
            if let Some(steps) = fails(&candidate) {
                candidate.steps.truncate(steps);
                short = candidate;
                break;
            }
        }
    }
    let mut width = short.steps.len() / 2;
    while width > 0 {
        let mut start = 0;
        while start < short.steps.len() {
            let mut candidate = short.clone();
            candidate
                .steps
                .drain(start..(start + width).min(candidate.steps.len()));
            if let Some(steps) = fails(&candidate) {
                candidate.steps.truncate(steps);
                short = candidate;
            } else {
                start += width;
            }
        }
        width /= 2;
    }
    short
}
