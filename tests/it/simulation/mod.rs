//! A whole fleet on a real database file: supervisors, workers, sweepers and their troubles, in an order that a seed
//! settles, each on a connection of its own, others in the midst of a sweep too.
//!
//! What befalls them: crashes, stalls, hosts and machines that sleep, clocks that jump, times in which nobody can write,
//! values that nobody can read, words that no profile knows, tasks that refuse to be reset. Which of it, a seed settles.
//!
//! Half of the stories are told of Orchestra, the others of queues of other shapes: one table, leases alone, runs that no task
//! names, workers with rows of their own that leave, are struck off and come back under the same name.
//!
//! What is true is kept apart from the database, row by row, and a sweep is held to it:
//!
//! 1. no task is reaped whose worker lives and was heard of no longer ago than the policy bears, by the sweeper's clock;
//! 2. nor one whose worker was awake between the two looks of a sweep, and could write, whatever the machine, the database
//!    and the clocks did before;
//! 3. every task that is a zombie all the time of a sweep is reaped by it, or refuses, and is reported;
//! 4. one event for each reap, and none without, where there are events;
//! 5. nothing else changes in any row, and no row is lost;
//! 6. a second sweep right after the first reaps nothing;
//! 7. a dry run plans what the sweep then does, and writes nothing;
//! 8. a finished run never changes;
//! 9. a task that is not running holds nothing;
//! 10. the file stays sound.
//!
//! ```sh
//! ZOMBIE_SIM_STEPS=1000000 cargo test --test it simulation -- --nocapture   # at least so many steps
//! ZOMBIE_SIM_SEED=7 cargo test --test it simulation                         # one story again
//! ```

mod campaign;
mod clock;
mod contract;
mod database;
pub(crate) mod dice;
mod failure;
mod fleet;
mod found;
mod ledger;
mod promises;
mod sequence;
mod shape;
mod stage;
mod supervisor;
mod sweeper;
mod trouble;
mod truth;
mod worker;
mod writes;

use dice::Dice;
use fleet::{OVERWRITTEN, REWRITTEN, Setup, TAKEN};
use ledger::Ledger;
use promises::{CLOCKS, NOT_TOLD, OUTAGE, REFUSED, SILENT, SLEPT, SUSPENDED, TWICE, UNDECIDED};
use sequence::Sequence;
use shape::Shape;
use supervisor::OVERLAP;
use worker::LEARNT;
use writes::{FENCE, FINISH_RUN, FINISH_TASK};

/// A story in which a worker stalls, loses its task, and comes back.
const COMES_BACK: u64 = 588;

#[test]
fn every_promise_holds_whatever_befalls_the_fleet() {
    let total = campaign::tell_all();
    println!("{total}");
    if total.of("sequences") >= 1_000 {
        let reasons = [
            "run_completed",
            "run_failed",
            "run_aborted",
            "no_active_run",
            "missing_run",
            "stale_heartbeat",
            "lease_expired",
            "run_succeeded",
            "worker_gone",
        ];
        let moments = ["Reading", "Waiting", "Resting"];
        let reaped = reasons.map(|reason| format!("reaped: {reason}"));
        let between = moments.map(|moment| format!("commits while a sweep was {moment}"));
        let others = [
            SILENT, CLOCKS, SUSPENDED, OUTAGE, SLEPT, NOT_TOLD, LEARNT, OVERLAP, REWRITTEN, TAKEN,
        ];
        let shapes = Shape::ALL.map(|shape| format!("reaped of {shape:?}"));
        let others = others
            .into_iter()
            .chain([TWICE, REFUSED, UNDECIDED])
            .map(str::to_owned);
        for what in reaped.into_iter().chain(between).chain(shapes).chain(others) {
            assert!(
                total.of(&what) > 0,
                "the stories are too tame: no {what}\n{total}"
            );
        }
    }
}

/// The same story with workers of both sorts.
fn comes_back(fenced: bool) -> Ledger {
    let setup = Setup {
        fenced,
        sweeps_in_peace: true,
        ..Setup::plain(&mut Dice::new(COMES_BACK), COMES_BACK)
    };
    campaign::tell(&Sequence::of(setup))
}

#[test]
fn unfenced_worker_that_comes_back_ruins_what_its_successor_did() {
    let ledger = comes_back(false);
    for harm in [REWRITTEN, TAKEN, OVERWRITTEN] {
        assert!(
            ledger.of(harm) > 0,
            "no {harm}: another seed tells the story now\n{ledger}"
        );
    }
}

#[test]
fn fenced_worker_that_comes_back_works_in_vain_and_does_no_harm() {
    let ledger = comes_back(true);
    for loss in [SILENT, OVERLAP, LEARNT] {
        assert!(
            ledger.of(loss) > 0,
            "no {loss}: another seed tells the story now\n{ledger}"
        );
    }
    assert_eq!(ledger.sum("harm"), 0, "{ledger}");
}

#[test]
fn worker_page_shows_the_statements_of_the_fenced_workers() {
    let page = include_str!("../../../docs/worker.md");
    for statement in [FENCE, FINISH_RUN, FINISH_TASK] {
        assert!(page.contains(statement.trim_end()), "{statement}");
    }
}
