//! `serve`: watches, and answers over HTTP.

use super::args::{Cli, LISTEN, ServeArgs, ServingArgs};
use crate::surface::exit::Exit;
use crate::surface::serve::{Asked, Server};
use crate::surface::{http, log, notify, signals};

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
    let router = http::router();
    notify::ready();
    server.answer(|_| router.clone())?;
    Ok(Exit::Swept)
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
