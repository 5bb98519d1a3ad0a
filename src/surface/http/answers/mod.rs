//! One answer for all who ask the same within a second, so that many who look cost the queue no more than one.

mod shelf;
mod told;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use zombie_sweeper::inspect::{Explanation, Outcomes};

pub(crate) use self::told::{Look, Recorded, Told};

use self::shelf::{Answer, Shelf};
use super::failed::Failed;
use crate::surface::verbs::{Desk, Diagnosed, HistoryAsked, OutcomesAsked, Scope, Understood};

/// How many questions are asked of the queue at once.
const AT_ONCE: usize = 2;

/// What looks are kept in, in bytes. With all the others it is less than 24 MiB.
const LOOKS: usize = 12 << 20;

/// What histories are kept in.
const HISTORIES: usize = 4 << 20;

/// What each of the others is kept in.
const SMALL: usize = 3 << 19;

/// The answers of the last second: 64 at most.
pub(crate) struct Answers {
    desk: Arc<Desk>,
    turns: Arc<Semaphore>,
    looks: Shelf<Scope, Look>,
    explanations: Shelf<(String, Option<String>), Told<Explanation>>,
    histories: Shelf<HistoryAsked, Recorded>,
    outcomes: Shelf<OutcomesAsked, Told<Outcomes>>,
    diagnosis: Shelf<(), Told<Diagnosed>>,
    schema: Shelf<(), Told<Understood>>,
}

impl Answers {
    pub(crate) fn new(desk: Arc<Desk>) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self {
            desk,
            looks: Shelf::new(16, LOOKS, &turns),
            explanations: Shelf::new(16, SMALL, &turns),
            histories: Shelf::new(16, HISTORIES, &turns),
            outcomes: Shelf::new(14, SMALL, &turns),
            diagnosis: Shelf::new(1, SMALL, &turns),
            schema: Shelf::new(1, SMALL, &turns),
            turns,
        }
    }

    /// Asks what has to be of this very moment, in turn with all others; it is not kept. Once begun it goes on where who asked
    /// goes away.
    pub(crate) async fn afresh<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Desk) -> T + Send + 'static,
    ) -> Result<T, Failed> {
        let desk = Arc::clone(&self.desk);
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let asked = spawn_blocking(move || {
            let _turn = turn;
            ask(&desk)
        });
        asked.await.map_err(|panicked| {
            tracing::error!("a question ended in a panic: {panicked}");
            Failed::unforeseen()
        })
    }

    /// A dry run, with the living that are silent for longest.
    pub(crate) async fn look(&self, scope: Scope) -> Answer<Look> {
        let desk = Arc::clone(&self.desk);
        let look = move |scope: &Scope| Look::by(|| desk.look(scope));
        self.looks.ask(scope, look).await
    }

    pub(crate) async fn explain(&self, task: String, project: Option<String>) -> Answer<Told<Explanation>> {
        let desk = Arc::clone(&self.desk);
        let explain = move |(task, project): &(String, Option<String>)| {
            Told::by(|| desk.explain(task, project.as_deref()))
        };
        self.explanations.ask((task, project), explain).await
    }

    pub(crate) async fn history(&self, asked: HistoryAsked) -> Answer<Recorded> {
        let desk = Arc::clone(&self.desk);
        let history = move |asked: &HistoryAsked| Recorded::by(|| desk.history(asked));
        self.histories.ask(asked, history).await
    }

    pub(crate) async fn outcomes(&self, asked: OutcomesAsked) -> Answer<Told<Outcomes>> {
        let desk = Arc::clone(&self.desk);
        let outcomes = move |asked: &OutcomesAsked| Told::by(|| desk.outcomes(asked));
        self.outcomes.ask(asked, outcomes).await
    }

    pub(crate) async fn doctor(&self) -> Answer<Told<Diagnosed>> {
        let desk = Arc::clone(&self.desk);
        self.diagnosis.ask((), move |()| Told::by(|| desk.doctor())).await
    }

    pub(crate) async fn schema(&self) -> Answer<Told<Understood>> {
        let desk = Arc::clone(&self.desk);
        self.schema.ask((), move |()| Told::by(|| desk.schema())).await
    }

    /// Something was written: what was seen before is told to nobody any more.
    pub(crate) fn forget(&self) {
        self.looks.forget();
        self.explanations.forget();
        self.histories.forget();
        self.outcomes.forget();
        self.diagnosis.forget();
        self.schema.forget();
    }
}
