//! What the servers of all clients lean on.

use std::sync::Arc;

use rmcp::ErrorData;
use tokio::sync::Semaphore;

use crate::surface::plans::Plans;
use crate::surface::verbs::Desk;

/// How many questions are answered at a time.
const TURNS: u32 = 4;

/// The desk, and what was planned there.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(super) desk: Arc<Desk>,
    pub(super) plans: Arc<Plans>,
    /// Whether a client that cannot ask a person may sweep.
    pub(super) allows_unconfirmed: bool,
    /// The desk is asked by so many at a time.
    turns: Arc<Semaphore>,
    /// What is to be done once something was written.
    written: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Ground {
    pub(crate) fn new(desk: Arc<Desk>, plans: Arc<Plans>, allows_unconfirmed: bool) -> Self {
        Self {
            desk,
            plans,
            allows_unconfirmed,
            turns: Arc::new(Semaphore::new(TURNS as usize)),
            written: None,
        }
    }

    /// Has this done once something was written: others may tell of what was there before.
    pub(crate) fn once_written(mut self, written: impl Fn() + Send + Sync + 'static) -> Self {
        self.written = Some(Arc::new(written));
        self
    }

    pub(super) fn has_written(&self) {
        if let Some(written) = &self.written {
            written();
        }
    }

    /// Asks the desk where that may block. Whoever asked may go away meanwhile: what was begun is brought to its end.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Desk) -> T + Send + 'static,
    ) -> Result<T, ErrorData> {
        let gone = |_| ErrorData::internal_error("the server is about to end", None);
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(gone)?;
        let desk = Arc::clone(&self.desk);
        let asked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            question(&desk)
        });
        asked
            .await
            .map_err(|_| ErrorData::internal_error("the question was not brought to its end", None))
    }

    /// Returns once the desk is not asked any more, nor will be.
    pub(super) async fn close(&self) {
        let turn = self.turns.acquire_many(TURNS).await;
        self.turns.close();
        drop(turn);
    }
}
