//! `serve`: watches, and answers over HTTP.

use std::sync::Arc;

use super::args::{Cli, LISTEN, ServeArgs, ServingArgs};
use super::sweep;
use crate::surface::exit::Exit;
use crate::surface::plans::Plans;
use crate::surface::serve::{Asked, Server};
use crate::surface::verbs::{Access, Desk, Given, Site};
use crate::surface::{http, log, notify, signals, wall_clock};

pub(crate) fn run(cli: &Cli, args: &ServeArgs) -> anyhow::Result<Exit> {
    signals::hear_hangups()?;
    notify::begin();
    let ended = serve(cli, args);
    notify::stopping();
    ended
}

fn serve(cli: &Cli, args: &ServeArgs) -> anyhow::Result<Exit> {
    let server = Server::listen(&asked(&args.serving)?)?;
    for place in server.places()? {
        log::say(&format!("serves on {place}"), &cli.log);
    }
    let desk = Arc::new(Desk::new(given(cli, args)));
    let plans = Arc::new(Plans::new(wall_clock::now));
    let router = http::router(http::Api::new(desk, plans));
    notify::ready();
    server.answer(|_| router.clone())?;
    Ok(Exit::Swept)
}

/// What the operator gave.
fn given(cli: &Cli, args: &ServeArgs) -> Given {
    let site = Site {
        access: Access::Kept(Arc::default()),
        ..cli.site()
    };
    Given {
        site,
        patience: cli.sweep.policy.patience(),
        options: sweep::options(cli, wall_clock::now()),
        stale_after: cli.sweep.policy.time(),
        project: cli.sweep.project.clone(),
        is_read_only: args.serving.read_only,
    }
}

fn asked(serving: &ServingArgs) -> anyhow::Result<Asked<'_>> {
    Ok(Asked {
        address: match serving.listen {
            Some(address) => address,
            None => LISTEN.parse()?,
        },
        unix: serving
            .unix
            .as_deref()
            .filter(|path| !path.as_os_str().is_empty()),
        is_said: serving.listen.is_some() || serving.unix.is_some(),
        is_behind_tls: serving.behind_tls,
    })
}
