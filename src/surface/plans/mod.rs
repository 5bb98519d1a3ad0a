//! What may be reaped once somebody has said yes: plans, kept in memory until then.
//!
//! A plan names its exact tasks. It can be used once, for a while, by whom it was made, and by nobody else: to everybody
//! else it looks like one that never was.

mod kept;
mod session;
mod weight;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq;
use zombie_sweeper::SweepReport;
use zombie_sweeper::watch::Moment;

pub(crate) use self::kept::KeptPlan;
use self::kept::{GOOD_FOR, KEPT, Kept, MOST, good, make_room, place};
use self::session::secret;
pub(crate) use self::session::{Holder, Session};
use super::verbs::{Planned, Scope};

/// How long after that it is freed at the latest.
const A_LITTLE: Duration = Duration::from_secs(1);

/// Why a plan is not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    /// The system has no chance to give: its id could be guessed.
    #[error("no plan was kept, as its id could be guessed: {0}; try again later")]
    NoChance(#[from] getrandom::Error),
    /// It would take more than the room of all that its maker has.
    #[error(
        "no plan was kept: one of {} tasks takes more than there is room for, {} MiB; expected fewer: narrow it by project or by \
         tasks, or sweep without a plan",
        tasks,
        MOST >> 20
    )]
    TooLarge { tasks: usize },
}

/// Why a plan was not taken out.
pub(crate) enum NotTaken {
    /// It is not there.
    Gone,
    /// A person can be asked about it, or is being asked.
    ToBeAsked,
}

/// The plans that are kept.
pub(crate) struct Plans {
    kept: Arc<Mutex<Vec<Kept>>>,
    /// The last that were taken out, and by whom.
    used: Mutex<VecDeque<(String, Session)>>,
    clock: fn() -> Moment,
}

impl Plans {
    /// None yet, by these clocks.
    pub(crate) fn new(clock: fn() -> Moment) -> Self {
        Self {
            kept: Arc::default(),
            used: Mutex::default(),
            clock,
        }
    }

    /// Keeps a plan. Where those of its token are too many, or take too much memory, the oldest goes of the session that has most.
    ///
    /// # Errors
    ///
    /// Where the system has no chance to give, and where this one alone takes too much, it is not kept.
    pub(crate) fn keep(
        &self,
        session: &Session,
        scope: Scope,
        report: SweepReport,
        planned: Planned,
    ) -> Result<Arc<KeptPlan>, NotKept> {
        let weight = weight::weight(&scope, &report, &planned);
        if weight > MOST {
            let tasks = planned.len();
            return Err(NotKept::TooLarge { tasks });
        }
        let made = (self.clock)();
        let made_at = made.wall;
        let plan = Arc::new(KeptPlan {
            id: secret()?,
            scope,
            report,
            planned,
            made_at,
            expires_at: made_at + GOOD_FOR,
            session: session.clone(),
        });
        let mut kept = self.good();
        kept.push(Kept {
            plan: Arc::clone(&plan),
            weight,
            made: made.since_boot,
            question: None,
            can_be_asked: false,
        });
        make_room(&mut kept);
        drop(kept);
        self.free_in_time();
        Ok(plan)
    }

    /// The plan of that id, where this session has one.
    pub(crate) fn show(&self, id: &str, session: &Session) -> Option<Arc<KeptPlan>> {
        let kept = self.good();
        let at = place(&kept, id, session)?;
        kept.get(at).map(|kept| Arc::clone(&kept.plan))
    }

    /// Takes it out: it can be used once.
    pub(crate) fn take(&self, id: &str, session: &Session) -> Option<KeptPlan> {
        let mut kept = self.good();
        let taken = place(&kept, id, session).map(|at| kept.remove(at))?;
        drop(kept);
        Some(self.used_up(taken))
    }

    /// Remembers that one that was taken out was there: who asks for it again is told so.
    fn used_up(&self, taken: Kept) -> KeptPlan {
        let plan = Arc::unwrap_or_clone(taken.plan);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.push_back((plan.id.clone(), plan.session.clone()));
        if used.len() > KEPT {
            used.pop_front();
        }
        plan
    }

    /// Whether this session took it out, not long ago.
    pub(crate) fn was_used(&self, id: &str, session: &Session) -> bool {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.iter().any(|(used, by)| used == id && by == session)
    }

    /// Takes it out without a word to anybody: not where a person can be asked about it.
    pub(crate) fn take_unasked(&self, id: &str, session: &Session) -> Result<KeptPlan, NotTaken> {
        let mut kept = self.good();
        let at = place(&kept, id, session).ok_or(NotTaken::Gone)?;
        let is_to_be_asked = |kept: &Kept| kept.question.is_some() || kept.can_be_asked;
        if kept.get(at).is_none_or(is_to_be_asked) {
            return Err(NotTaken::ToBeAsked);
        }
        let taken = kept.remove(at);
        drop(kept);
        Ok(self.used_up(taken))
    }

    /// Remembers that a person can be asked about it.
    pub(crate) fn can_be_asked(&self, id: &str, session: &Session) {
        let mut kept = self.good();
        if let Some(kept) = place(&kept, id, session).and_then(|at| kept.get_mut(at)) {
            kept.can_be_asked = true;
        }
    }

    /// A person is about to be asked: returns what their answer has to name. Who is asked again has not been asked before.
    ///
    /// # Errors
    ///
    /// Where the system has no chance to give, nobody is asked: the name of the question could be guessed.
    pub(crate) fn ask(&self, id: &str, session: &Session) -> Result<Option<String>, getrandom::Error> {
        let question = secret()?;
        let mut kept = self.good();
        let kept = place(&kept, id, session).and_then(|at| kept.get_mut(at));
        Ok(kept.map(|kept| kept.question.insert(question).clone()))
    }

    /// The person has answered that question, whatever they said: takes the plan out.
    pub(crate) fn answered(&self, id: &str, session: &Session, question: &str) -> Option<KeptPlan> {
        let mut kept = self.good();
        let at = place(&kept, id, session)?;
        let asked = kept.get(at)?.question.as_ref()?;
        let is_it: bool = asked.as_bytes().ct_eq(question.as_bytes()).into();
        let taken = is_it.then(|| kept.remove(at))?;
        drop(kept);
        Some(self.used_up(taken))
    }

    /// Forgets all plans of a session that has ended.
    pub(crate) fn forget(&self, session: &Session) {
        self.good().retain(|kept| kept.plan.session != *session);
    }

    /// Forgets all: what they were made by is in force no more.
    pub(crate) fn forget_all(&self) {
        self.good().clear();
    }

    /// How long a plan has left, at this moment.
    pub(crate) fn left(&self, plan: &KeptPlan) -> Duration {
        (plan.expires_at - (self.clock)().wall)
            .to_std()
            .unwrap_or_default()
    }

    fn good(&self) -> MutexGuard<'_, Vec<Kept>> {
        good(&self.kept, (self.clock)())
    }

    /// What nobody asks for any more is freed all the same, once it is good no more.
    fn free_in_time(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (kept, clock) = (Arc::downgrade(&self.kept), self.clock);
        let lasts = GOOD_FOR.to_std().unwrap_or_default() + A_LITTLE;
        runtime.spawn(async move {
            tokio::time::sleep(lasts).await;
            if let Some(kept) = kept.upgrade() {
                drop(good(&kept, clock()));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use chrono::DateTime;
    use zombie_sweeper::rusqlite::Connection;
    use zombie_sweeper::{SweepOptions, sweep_zombie_tasks};

    use super::*;

    thread_local! {
        static SECONDS: AtomicI64 = const { AtomicI64::new(0) };
        static SET_BACK: AtomicI64 = const { AtomicI64::new(0) };
    }

    fn pass(seconds: i64) {
        SECONDS.with(|passed| passed.fetch_add(seconds, Ordering::Relaxed));
    }

    fn plans() -> Plans {
        Plans::new(|| {
            let passed = SECONDS.with(|passed| passed.load(Ordering::Relaxed));
            let set_back = SET_BACK.with(|by| by.load(Ordering::Relaxed));
            Moment {
                wall: DateTime::from_timestamp(1_775_877_480 + passed - set_back, 0).unwrap(),
                since_boot: Duration::from_secs((1_000 + passed).unsigned_abs()),
            }
        })
    }

    fn ann() -> Session {
        Session::named(Holder::Model, "ann")
    }

    fn keep(plans: &Plans, session: &Session) -> Arc<KeptPlan> {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(include_str!("../../../tests/it/orchestra.sql"))
            .unwrap();
        let options = SweepOptions::at((plans.clock)().wall).dry_run(true);
        let report = sweep_zombie_tasks(&mut conn, &options).unwrap();
        let planned = Planned::default();
        plans.keep(session, Scope::default(), report, planned).unwrap()
    }

    #[test]
    fn used_once() {
        let plans = plans();
        let plan = keep(&plans, &ann());
        assert!(plans.show(&plan.id, &ann()).is_some());
        assert!(plans.take(&plan.id, &ann()).is_some());
        assert!(plans.show(&plan.id, &ann()).is_none());
        assert!(plans.take(&plan.id, &ann()).is_none());
    }

    #[test]
    fn not_by_another() {
        let plans = plans();
        let plan = keep(&plans, &ann());
        let bob = Session::named(Holder::Model, "bob");
        assert!(plans.show(&plan.id, &bob).is_none());
        assert!(plans.take(&plan.id, &bob).is_none());
        plans.forget(&bob);
        assert!(plans.show(&plan.id, &ann()).is_some());
        plans.forget(&ann());
        assert!(plans.show(&plan.id, &ann()).is_none());
    }

    #[test]
    fn good_for_300_seconds() {
        let plans = plans();
        let plan = keep(&plans, &ann());
        pass(299);
        assert!(plans.show(&plan.id, &ann()).is_some());
        pass(1);
        assert!(plans.show(&plan.id, &ann()).is_none());
        pass(-1);
        assert!(plans.take(&plan.id, &ann()).is_none(), "it is gone for good");
    }

    #[test]
    fn wall_clock_that_falls_behind_makes_none_last_longer() {
        let plans = plans();
        let plan = keep(&plans, &ann());
        SET_BACK.with(|by| by.store(200, Ordering::Relaxed));
        pass(299);
        assert!(plans.show(&plan.id, &ann()).is_some());
        pass(1);
        assert!(plans.show(&plan.id, &ann()).is_none());
    }

    #[test]
    fn a_clock_that_is_set_back_makes_none_last_longer() {
        let plans = plans();
        let plan = keep(&plans, &ann());
        pass(-1);
        assert!(plans.take(&plan.id, &ann()).is_none());
    }

    #[test]
    fn nobody_pushes_out_the_plans_of_others() {
        let plans = plans();
        let plan = keep(&plans, &ann());
        let bob = Session::named(Holder::Model, "bob");
        let first = keep(&plans, &bob);
        for _ in 0..KEPT {
            keep(&plans, &bob);
        }
        assert!(plans.show(&plan.id, &ann()).is_some());
        assert!(plans.show(&first.id, &bob).is_none());
        assert_eq!(plans.good().len(), KEPT);
    }

    #[test]
    fn nobody_pushes_out_the_plans_of_another_token() {
        let plans = plans();
        let writer = Session::named(Holder::Writer, "ann");
        let plan = keep(&plans, &writer);
        for _ in 0..=KEPT {
            keep(&plans, &Session::new(Holder::Model).unwrap());
            keep(&plans, &Session::named(Holder::Reader, "ann"));
        }
        assert!(plans.show(&plan.id, &writer).is_some());
        assert_eq!(plans.good().len(), 2 * KEPT + 1);
    }

    #[test]
    fn whose_token_is_another_is_another() {
        let plans = plans();
        let plan = keep(&plans, &ann());
        let reader = Session::named(Holder::Reader, "ann");
        assert!(plans.take(&plan.id, &reader).is_none());
    }

    #[test]
    fn an_answer_is_to_the_last_question() {
        let plans = plans();
        let plan = keep(&plans, &ann());
        assert!(plans.answered(&plan.id, &ann(), "").is_none(), "nobody was asked");
        let first = plans.ask(&plan.id, &ann()).unwrap().unwrap();
        let last = plans.ask(&plan.id, &ann()).unwrap().unwrap();
        assert!(plans.answered(&plan.id, &ann(), &first).is_none());
        assert!(
            plans
                .answered(&plan.id, &Session::named(Holder::Model, "bob"), &last)
                .is_none()
        );
        assert!(plans.answered(&plan.id, &ann(), &last).is_some());
        assert!(plans.answered(&plan.id, &ann(), &last).is_none());
        assert!(plans.ask(&plan.id, &ann()).unwrap().is_none());
    }

    #[test]
    fn no_two_are_alike() {
        let plans = plans();
        let (one, other) = (keep(&plans, &ann()), keep(&plans, &ann()));
        assert_ne!(one.id, other.id);
        assert_eq!(one.id.len(), 32);
    }
}
