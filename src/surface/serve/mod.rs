//! One process that answers: it listens, lets in who may come, and ends when it is told to.

mod accepting;
mod ending;
mod listening;
mod patient;
mod socket;

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tower::Service;

use super::{notify, signals};
use accepting::{Room, accept};
pub(crate) use ending::Ender;
use ending::{Ending, ending};
pub(crate) use listening::Asked;
use listening::{Listening, Place};

/// How many threads carry the connections. What blocks has threads of its own.
const THREADS: usize = 2;

/// How many threads may block, each with a database open.
const BLOCKING: usize = 16;

/// How long it takes to see a signal.
const STEP: Duration = Duration::from_millis(100);

/// How long those who are here may take to leave, once it is to end.
const FAREWELL: Duration = Duration::from_millis(3500);

/// How long what blocks may take to come back after that: by then it has been interrupted for as long.
const LAST: Duration = Duration::from_millis(500);

/// The way that somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Tcp,
    Unix,
}

/// A process that listens, and answers nobody yet.
pub(crate) struct Server {
    runtime: Runtime,
    listening: Listening,
    ender: Ender,
    ending: Ending,
}

impl Server {
    /// Listens. Who comes from now on waits until it is answered.
    pub(crate) fn listen(asked: &Asked<'_>) -> io::Result<Self> {
        let listening = Listening::on(asked)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .max_blocking_threads(BLOCKING)
            .enable_io()
            .enable_time()
            .build()?;
        let (ender, ending) = ending();
        Ok(Self {
            runtime,
            listening,
            ender,
            ending,
        })
    }

    /// Where it is found, for people.
    pub(crate) fn places(&self) -> io::Result<Vec<String>> {
        let places = self.listening.places()?;
        Ok(places.iter().map(ToString::to_string).collect())
    }

    /// Ends it, from wherever.
    pub(crate) fn ender(&self) -> Ender {
        self.ender.clone()
    }

    /// Answers until a signal comes or somebody ends it, and is gone within five seconds then. `answers` makes what answers
    /// on a way in, and `ends` closes what would stay open.
    pub(crate) fn answer<A>(
        mut self,
        answers: impl Fn(Way) -> A,
        ends: impl Future<Output = ()>,
    ) -> io::Result<()>
    where
        A: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
        A::Future: Send,
    {
        let room = Room::new();
        let listeners = self.listening.take().into_iter();
        let accepting: Vec<_> = listeners
            .map(|listener| {
                let way = match listener.place()? {
                    Place::Address(_) => Way::Tcp,
                    Place::Socket(_) => Way::Unix,
                };
                let accepting = accept(listener, room.clone(), self.ending.clone(), answers(way));
                Ok(self.runtime.spawn(accepting))
            })
            .collect::<io::Result<_>>()?;
        let ended = self.runtime.block_on(async {
            until_it_ends(&self.ender, &mut self.ending).await;
            let mut ended = Ok(());
            for accepting in accepting {
                ended = ended.and(accepting.await.map_err(io::Error::other).flatten());
            }
            // Who has not left by then is left behind.
            let _ = timeout(FAREWELL, async { tokio::join!(ends, room.empties()) }).await;
            ended
        });
        self.listening.leave();
        self.runtime.shutdown_timeout(LAST);
        ended
    }
}

/// Until a signal has come, or somebody has ended it otherwise.
async fn until_it_ends(ender: &Ender, ending: &mut Ending) {
    let signal = async {
        while signals::none() {
            notify::alive();
            tokio::time::sleep(STEP).await;
        }
    };
    tokio::select! {
        () = signal => ender.end(),
        () = ending.begun() => {}
    }
}
