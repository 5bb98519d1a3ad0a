//! The verdict, spelled out: a pure function of the task, its runs, the policy and *now*.

mod begun;
mod claimed_again;
mod leases;
mod others;
mod own_row;
mod silence;
mod thresholds;
mod truth_table;
mod words;
mod workers;

use chrono::TimeDelta;
use zombie_sweeper::Policy;
use zombie_sweeper::zombie::{
    ActiveRun, Calendar, Condition, Evidence, Reading, Reason, Run, RunState, Signs, Task, TimeZone,
    Timestamp, Verdict, verdict,
};

use crate::world::{NOW, moment};

/// What a column says that holds this, where moments are believed up to the horizon.
fn written(text: &str, horizon: Timestamp) -> Signs {
    let calendar = Calendar::new(NOW.into(), TimeZone::default());
    let mut signs = Signs::default();
    signs.add(
        calendar.text(text.as_bytes()).0,
        horizon,
        &"a.column".into(),
        || text.to_owned(),
    );
    signs
}

/// A sign of life so long ago.
fn at(phrase: &str) -> Signs {
    written(&moment(phrase), (NOW + TimeDelta::minutes(15)).into())
}

fn lease(phrase: &str) -> Signs {
    written(&moment(phrase), (NOW + TimeDelta::days(366)).into())
}

fn end(phrase: &str) -> Signs {
    written(&moment(phrase), Timestamp::MAX)
}

fn none() -> Signs {
    Signs::default()
}

fn unreadable() -> Signs {
    let mut signs = Signs::default();
    let column = "a.column".into();
    signs.add(Reading::Unreadable, Timestamp::MAX, &column, || "soon".to_owned());
    signs
}

/// What a phrase of a table says: nothing, something unreadable, or a moment.
fn sign(phrase: &str) -> Signs {
    match phrase {
        "" => none(),
        "unreadable" => unreadable(),
        phrase => at(phrase),
    }
}

/// A run that shows nothing.
fn run(state: RunState) -> Run {
    Run {
        id: "r1".into(),
        state,
        place: None,
        heartbeat: none(),
        started: none(),
        created: none(),
        ended: none(),
        lease: none(),
        worker: None,
    }
}

fn running() -> Run {
    run(RunState::Running)
}

fn completed() -> Run {
    run(RunState::Finished("completed".into()))
}

fn unknown() -> Run {
    run(RunState::Unknown("succeeded".into()))
}

fn judge(task: &Task, active: &ActiveRun<&Run>, others: &[Run]) -> Verdict {
    verdict(task, active, others, &Policy::default(), NOW.into())
}

/// `H` healthy, `?` undecided, else the condition; `L` is the C of a lease that is over.
fn letter(verdict: &Verdict) -> char {
    match verdict {
        Verdict::Healthy => 'H',
        Verdict::Undecided(_) => '?',
        Verdict::Zombie(Evidence {
            reason: Reason::LeaseExpired,
            condition,
            ..
        }) => {
            assert_eq!(*condition, Condition::C);
            'L'
        }
        Verdict::Zombie(Evidence { condition, .. }) => match condition {
            Condition::A => 'A',
            Condition::B => 'B',
            Condition::C => 'C',
        },
    }
}
