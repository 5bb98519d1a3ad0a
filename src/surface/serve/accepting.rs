//! Who comes is let in one after the other, and no more at once than can be borne.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tower::{Service, ServiceExt as _};

use super::ending::Ending;
use super::listening::Listener;
use super::patient::Patient;

/// How many connections there are at once.
const CONNECTIONS: u32 = 256;

/// How long the header of a request may take to come, and how long a connection may be idle.
const HEADER_TIME: Duration = Duration::from_secs(5);

/// How large the header of a request may be: ids of tasks stand there.
const HEADER: usize = 64 * 1024;

/// How long to wait where there is no room for another file.
const NO_ROOM: Duration = Duration::from_millis(100);

/// Room for connections, of all listeners together.
#[derive(Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Room {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(CONNECTIONS as usize)))
    }

    /// Waits until nobody is there any more.
    pub(super) async fn empties(&self) {
        let _ = self.0.acquire_many(CONNECTIONS).await; // nobody closes it
    }

    /// There is room before anybody is let in, so that who has to wait does so outside, and costs nothing here.
    async fn for_one(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).acquire_owned().await.ok()
    }
}

/// A connection, of whatever kind.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A listener, once there is a runtime.
enum Open {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Open {
    fn new(listener: Listener) -> io::Result<Self> {
        match listener {
            Listener::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                TcpListener::from_std(listener).map(Self::Tcp)
            }
            Listener::Unix(listener) => {
                listener.set_nonblocking(true)?;
                UnixListener::from_std(listener).map(Self::Unix)
            }
        }
    }

    async fn next(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Tcp(listener) => Box::new(listener.accept().await?.0),
            Self::Unix(listener) => Box::new(listener.accept().await?.0),
        })
    }
}

/// Accepts connections until it is to end.
pub(super) async fn accept<A>(listener: Listener, room: Room, mut ending: Ending, answer: A) -> io::Result<()>
where
    A: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    A::Future: Send,
{
    let listener = Open::new(listener)?;
    let for_each = ending.clone();
    loop {
        let next = async { Some((room.for_one().await?, listener.next().await)) };
        let next = tokio::select! {
            () = ending.begun() => None,
            next = next => next,
        };
        match next {
            None => return Ok(()),
            Some((permit, Ok(stream))) => {
                tokio::spawn(serve(stream, permit, for_each.clone(), answer.clone()));
            }
            // Who went away before it was let in, or no room for another file: the next may be luckier.
            Some((_, Err(error))) => {
                tracing::debug!("a connection was not accepted: {error}");
                sleep(NO_ROOM).await;
            }
        }
    }
}

/// Answers on one connection until either end has had enough.
async fn serve<A>(stream: Box<dyn Stream>, permit: OwnedSemaphorePermit, mut ending: Ending, answer: A)
where
    A: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    A::Future: Send,
{
    let answer = answer.map_request(|request: Request<Incoming>| request.map(Body::new));
    let connection = http1::Builder::new()
        // Who has said all there is to say waits for the answer.
        .half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_header_size(HEADER)
        .serve_connection(
            TokioIo::new(Patient::new(stream)),
            TowerToHyperService::new(answer),
        );
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = ending.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection ended early: {error}");
    }
    drop(permit);
}
