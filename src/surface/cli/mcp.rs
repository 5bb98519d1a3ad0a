//! `mcp`: the verbs for one model, on the standard streams.

use std::sync::Arc;

use super::args::{Cli, McpArgs};
use super::given::given;
use crate::surface::exit::Exit;
use crate::surface::mcp::{self, Ground};
use crate::surface::moment;
use crate::surface::plans::Plans;
use crate::surface::verbs::{Desk, Given, Site};

/// `zombie-sweeper mcp`: until its client ends it.
pub(crate) fn run(cli: &Cli, args: &McpArgs) -> anyhow::Result<Exit> {
    let site = Site {
        is_shared: true,
        ..cli.site()
    };
    site.profile.get()?; // now, and not when it may have been edited
    let desk = Arc::new(Desk::new(Given {
        // Standard output is the client's.
        hear: Some(Box::new(|report| {
            tracing::info!(reaped = report.reaps.len(), "swept what a client asked for");
        })),
        ..given(cli, site, args.read_only)
    }));
    desk.begin()?;
    let plans = Arc::new(Plans::new(moment::now));
    mcp::serve(&Ground::new(desk, plans, args.allow_unconfirmed))?;
    Ok(Exit::Swept)
}
