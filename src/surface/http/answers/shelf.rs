//! Where answers of one kind are kept for a second.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::told::Weighed;
use crate::surface::http::failed::Failed;

/// For how long an answer is good, from when it was asked for.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// How old one is that is asked for anew while it is still told.
const ASKED_ANEW: Duration = Duration::from_millis(500);

/// An answer, or why there is none.
pub(crate) type Answer<T> = Result<Arc<T>, Failed>;

/// Answers to questions of one kind. Who asks what is being asked waits for that answer.
pub(super) struct Shelf<Q, A> {
    kept: Arc<Mutex<HashMap<Q, Kept<A>>>>,
    /// How many questions there is room for.
    room: usize,
    /// How much all answers may weigh together.
    bears: usize,
    turns: Arc<Semaphore>,
}

/// What is known of a question.
struct Kept<A> {
    answer: Option<Given<A>>,
    /// Where it is being asked: what will come of it.
    awaited: Option<Awaited<A>>,
}

struct Given<A> {
    answer: Answer<A>,
    asked_at: Instant,
    weight: usize,
}

struct Awaited<A> {
    asked_at: Instant,
    coming: watch::Receiver<Option<Answer<A>>>,
}

impl<Q, A> Shelf<Q, A>
where
    Q: Clone + Eq + Hash + Send + Sync + 'static,
    A: Weighed + Send + Sync + 'static,
{
    pub(super) fn new(room: usize, bears: usize, turns: &Arc<Semaphore>) -> Self {
        Self {
            kept: Arc::default(),
            room,
            bears,
            turns: Arc::clone(turns),
        }
    }

    /// The answer, which is no older than a second, or is being given.
    pub(super) async fn ask(
        &self,
        question: Q,
        find: impl FnOnce(&Q) -> anyhow::Result<A> + Send + 'static,
    ) -> Answer<A> {
        let mut coming = match self.look_up(question, find) {
            Found::Given(answer) => return answer,
            Found::Coming(coming) => coming,
        };
        match coming.wait_for(Option::is_some).await {
            Ok(answer) => answer.clone().unwrap_or_else(|| Err(Failed::unforeseen())),
            // Whoever asked has ended in a panic.
            Err(_) => Err(Failed::unforeseen()),
        }
    }

    /// What was seen until now is told to nobody any more, what is being looked at included.
    pub(super) fn forget(&self) {
        lock(&self.kept).clear();
    }

    fn look_up(&self, question: Q, find: impl FnOnce(&Q) -> anyhow::Result<A> + Send + 'static) -> Found<A> {
        let mut questions = lock(&self.kept);
        let now = Instant::now();
        if let Some(kept) = questions.get_mut(&question) {
            let good = kept.answer.as_ref().filter(|given| given.is_good(now));
            let Some(given) = good else {
                if let Some(awaited) = &kept.awaited {
                    return Found::Coming(awaited.coming.clone());
                }
                let awaited = self.fly(question, now, find);
                let coming = awaited.coming.clone();
                kept.awaited = Some(awaited);
                return Found::Coming(coming);
            };
            let answer = given.answer.clone();
            if kept.awaited.is_none() && now - given.asked_at >= ASKED_ANEW {
                kept.awaited = Some(self.fly(question, now, find));
            }
            return Found::Given(answer);
        }
        let awaited = self.fly(question.clone(), now, find);
        let coming = awaited.coming.clone();
        if questions.len() < self.room || make_room(&mut questions) {
            let kept = Kept {
                answer: None,
                awaited: Some(awaited),
            };
            questions.insert(question, kept);
        }
        Found::Coming(coming)
    }

    /// Asks, once it is its turn. Nobody who goes away ends that.
    fn fly(
        &self,
        question: Q,
        asked_at: Instant,
        find: impl FnOnce(&Q) -> anyhow::Result<A> + Send + 'static,
    ) -> Awaited<A> {
        let (say, coming) = watch::channel(None);
        let (kept, turns, bears) = (Arc::clone(&self.kept), Arc::clone(&self.turns), self.bears);
        tokio::spawn(async move {
            let Ok(turn) = turns.acquire_owned().await else {
                return;
            };
            let asking = question.clone();
            let asked = spawn_blocking(move || {
                let answer = find(&asking).map(Arc::new);
                let weight = answer.as_ref().map_or(0, |answer| answer.weight());
                (answer.map_err(|error| Failed::from(&error)), weight)
            });
            let (answer, weight) = asked.await.unwrap_or_else(|panicked| {
                tracing::error!("a question ended in a panic: {panicked}");
                (Err(Failed::unforeseen()), 0)
            });
            drop(turn);
            let given = Given {
                answer: answer.clone(),
                asked_at,
                weight,
            };
            put(&mut lock(&kept), &question, given, bears);
            say.send_replace(Some(answer));
            drop(say);
            sleep_until(asked_at + GOOD_FOR).await;
            clear(&mut lock(&kept), &question, asked_at);
        });
        Awaited { asked_at, coming }
    }
}

enum Found<A> {
    Given(Answer<A>),
    Coming(watch::Receiver<Option<Answer<A>>>),
}

impl<A> Given<A> {
    fn is_good(&self, now: Instant) -> bool {
        now - self.asked_at < GOOD_FOR
    }
}

type Questions<Q, A> = HashMap<Q, Kept<A>>;

fn lock<Q, A>(kept: &Mutex<Questions<Q, A>>) -> MutexGuard<'_, Questions<Q, A>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes out the oldest answer to a question that is not being asked.
fn make_room<Q: Clone + Eq + Hash, A>(shelf: &mut Questions<Q, A>) -> bool {
    let resting = shelf.iter().filter(|(_, kept)| kept.awaited.is_none());
    let oldest = resting.min_by_key(|(_, kept)| kept.answer.as_ref().map(|given| given.asked_at));
    let oldest = oldest.map(|(question, _)| question.clone());
    oldest.is_some_and(|question| shelf.remove(&question).is_some())
}

/// Puts an answer where its question still waits for it. One that is too heavy is told to who waits, and not kept.
fn put<Q: Clone + Eq + Hash, A>(shelf: &mut Questions<Q, A>, question: &Q, given: Given<A>, bears: usize) {
    let Some(kept) = shelf.get_mut(question) else {
        return;
    };
    let is_awaited = kept.awaited.as_ref();
    if is_awaited.is_none_or(|awaited| awaited.asked_at != given.asked_at) {
        return;
    }
    kept.awaited = None;
    if given.weight > bears {
        shelf.remove(question);
        return;
    }
    kept.answer = Some(given);
    while weight(shelf) > bears && shelf.len() > 1 {
        let others = shelf.iter().filter(|(other, _)| *other != question);
        let heaviest = others.max_by_key(|(_, kept)| kept.answer.as_ref().map_or(0, |given| given.weight));
        let Some(heaviest) = heaviest.map(|(other, _)| other.clone()) else {
            return;
        };
        // What it is being asked anew for is told to who waits.
        shelf.remove(&heaviest);
    }
}

fn weight<Q, A>(shelf: &Questions<Q, A>) -> usize {
    let answers = shelf.values().filter_map(|kept| kept.answer.as_ref());
    answers.map(|given| given.weight).sum()
}

/// Takes out an answer that is good no more.
fn clear<Q: Eq + Hash, A>(shelf: &mut Questions<Q, A>, question: &Q, asked_at: Instant) {
    let Some(kept) = shelf.get_mut(question) else {
        return;
    };
    if kept
        .answer
        .as_ref()
        .is_some_and(|given| given.asked_at == asked_at)
    {
        kept.answer = None;
    }
    if kept.answer.is_none() && kept.awaited.is_none() {
        shelf.remove(question);
    }
}
