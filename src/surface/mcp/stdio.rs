//! MCP on the standard streams: one client, which started the program, and ends it by closing them.

use std::io;
use std::time::Duration;

use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use rmcp::transport::stdio_pipes;

use super::ground::Ground;
use super::heeded::Heeded;
use super::server::Server;
use crate::surface::signals;

/// How long what is at work may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often to look whether a signal came.
const STEP: Duration = Duration::from_millis(50);

/// Until the client closes the stream, or a signal comes.
pub(crate) fn serve(ground: &Ground) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        let server = Server::of_one(ground.clone()).map_err(io::Error::other)?;
        let ended = tokio::select! {
            ended = converse(server) => ended,
            () = signal() => Ok(()),
        };
        // What has been begun is brought to its end, or rolled back where a signal came.
        let _ = tokio::time::timeout(PATIENCE, ground.close()).await;
        ended
    });
    // A read of the standard input may be waiting, and cannot be called off.
    runtime.shutdown_background();
    ended
}

async fn converse(server: Server) -> anyhow::Result<()> {
    let (from, to) = stdio_pipes();
    match server.serve((Heeded::new(from), to)).await {
        Ok(serving) => {
            serving.waiting().await?;
            Ok(())
        }
        // Whoever leaves before a word was said has not failed.
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn signal() {
    while signals::none() {
        tokio::time::sleep(STEP).await;
    }
}
