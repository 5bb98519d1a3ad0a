//! `serve`: watches, and answers over HTTP.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::anyhow;

use super::args::{Cli, LISTEN, ServeArgs, ServingArgs};
use super::given::given;
use super::watch;
use crate::surface::exit::Exit;
use crate::surface::http::tokens::{self, Tokens};
use crate::surface::http::{self, Api, Doors};
use crate::surface::mcp::{Endpoint, Ground};
use crate::surface::plans::Plans;
use crate::surface::serve::{Asked, Server};
use crate::surface::verbs::{Desk, Given, Site};
use crate::surface::{failure, log, moment, notify, signals};

/// How long it takes to see that the profile is to be read anew.
const STEP: Duration = Duration::from_millis(200);

pub(crate) fn run(cli: &Cli, args: &ServeArgs) -> anyhow::Result<Exit> {
    signals::hear_hangups()?;
    notify::begin();
    let ended = serve(cli, args);
    notify::stopping();
    ended
}

fn serve(cli: &Cli, args: &ServeArgs) -> anyhow::Result<Exit> {
    let serving = &args.serving;
    let doors = Doors::new(
        Tokens::load(&serving.token_file)?,
        &serving.allowed_hosts,
        serving.behind_tls,
    );
    let server = Server::listen(&asked(serving)?)?;
    let (places, keys) = (server.places()?, keys(serving));
    let say_where = || {
        for place in &places {
            log::say(&format!("serves on {place}{keys}"), &cli.log);
        }
    };
    let site = Site {
        is_shared: true,
        told: Some(Arc::default()),
        watching: Some(Arc::default()),
        ..cli.site()
    };
    let format = cli.log.format;
    let is_watched = !args.no_watch && !serving.read_only;
    let desk = Arc::new(Desk::new(Given {
        is_watched,
        hear: Some(Box::new(watch::printer(format))),
        ..given(cli, site.clone(), serving.read_only)
    }));
    if !is_watched {
        if !watch::begins_well(|| desk.check())? {
            return Ok(Exit::Swept);
        }
        say_where();
    }
    let plans = Arc::new(Plans::new(moment::now));
    let api = Api::new(Arc::clone(&desk), Arc::clone(&plans));
    let (answers, kept) = (Arc::clone(&api.answers), Arc::clone(&plans));
    let forget = move || {
        kept.forget_all();
        answers.forget();
    };
    let answers = Arc::clone(&api.answers);
    let ground = Ground::new(desk, plans, serving.allow_unconfirmed).once_written(move || answers.forget());
    let models = Endpoint::new(ground, &serving.allowed_hosts);
    let ender = server.ender();
    let hears = watch::Hears {
        has_begun: &say_where,
        has_reread: &forget,
    };
    thread::scope(|scope| {
        let (until_then, has_ended) = mpsc::channel();
        let watching = is_watched.then(|| {
            scope.spawn(|| {
                let _end = ender.at_the_end();
                watch::stay(cli, &site, args.watch.interval, &hears)
            })
        });
        if !is_watched {
            notify::ready();
            let (site, has_reread) = (&site, hears.has_reread);
            scope.spawn(move || reread(site, has_reread, &has_ended));
        }
        let answers = |way| http::router(api.clone(), &models, &doors, way);
        let answered = server.answer(answers, models.end());
        drop(until_then);
        let watched = watching.map(thread::ScopedJoinHandle::join);
        answered?;
        match watched {
            Some(Ok(watched)) => watched,
            Some(Err(_)) => Err(anyhow!("the watch ended in a panic")),
            None => Ok(Exit::Swept),
        }
    })
}

/// Reads the profile anew whenever that is asked for, where no watch does it.
fn reread(site: &Site, has_reread: &dyn Fn(), has_ended: &Receiver<()>) {
    while has_ended.recv_timeout(STEP) == Err(RecvTimeoutError::Timeout) {
        if !signals::take_reopening() {
            continue;
        }
        notify::reloading();
        match site.profile.read_again() {
            Ok(true) => has_reread(),
            Ok(false) => {}
            Err(error) => {
                let why = failure::text(&error);
                tracing::error!("nothing is told or reaped until the profile can be read: {why}");
            }
        }
        notify::ready();
    }
}

/// Where the tokens are, where nobody has said it.
fn keys(serving: &ServingArgs) -> String {
    let are_all_named = tokens::Kind::ALL
        .iter()
        .all(|kind| serving.token_file.iter().any(|file| file.kind == *kind));
    match tokens::place() {
        Ok(folder) if !are_all_named => format!(", to who shows a token of {}", folder.display()),
        _ => String::new(),
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
