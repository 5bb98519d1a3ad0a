//! `--plan ID --socket PATH`: has a server sweep a plan that it keeps.

use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use serde_json::{Value, json};

use super::args::Cli;
use super::{listener, output, text};
use crate::surface::exit::Exit;
use crate::surface::http::tokens::{self, Kind, Known};
use crate::surface::{log, signals};

/// How long it waits for an answer before it looks whether a signal came.
const STEP: Duration = Duration::from_millis(200);

/// No answer is longer.
const MOST: usize = 256 << 20;

pub(super) fn run(cli: &Cli, plan: &str, socket: &Path) -> anyhow::Result<Exit> {
    let token = tokens::known(&cli.sweep.kept_plan.token_file, Kind::Write)?;
    let asked = json!({ "plan_id": plan }).to_string();
    let answer = ask(socket, &token, &asked)
        .with_context(|| format!("failed to ask the server on {}", socket.display()))?;
    let (status, answer) = parse(&answer).with_context(|| {
        format!(
            "what came back from {} is no answer of a sweeper",
            socket.display()
        )
    })?;
    if status == 200 {
        print(cli, &answer)?;
        return Ok(outcome(cli, &answer));
    }
    if let Some(committed) = answer.get("committed").filter(|committed| committed.is_object()) {
        print(cli, committed)?;
    }
    let said = answer.get("detail").and_then(Value::as_str);
    let said = said.unwrap_or("it does not say why");
    let whose = match status {
        401 => format!(
            "; the token is that of {}: name this server's with --token-file write=PATH",
            token.path.display()
        ),
        _ => String::new(),
    };
    log::failure(&anyhow!("the server refused: {said}{whose}"), &cli.log);
    if answer.get("held_back").is_some() {
        return Ok(Exit::ZombiesFound);
    }
    Ok(refused(status))
}

/// Sends the request, and waits for all of the answer, or for a signal.
fn ask(socket: &Path, token: &Known, body: &str) -> io::Result<Vec<u8>> {
    let mut stream = listener::connect(socket, token)?;
    stream.set_read_timeout(Some(STEP))?;
    // Of this version, an answer comes in one piece, and then the connection ends.
    let request = format!(
        "POST /v1/sweeps HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        token.secret.shown(),
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    let (mut answer, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return Ok(answer),
            Ok(read) => answer.extend_from_slice(piece.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock && signals::none() => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let said =
                    "stopped before the server had answered; it may have swept all the same: see its history";
                return Err(io::Error::new(ErrorKind::Interrupted, said));
            }
            Err(error) => return Err(error),
        }
        if answer.len() > MOST {
            return Err(io::Error::new(ErrorKind::InvalidData, "the answer does not end"));
        }
    }
}

/// The status and the JSON of an answer.
fn parse(answer: &[u8]) -> Option<(u16, Value)> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(answer.get(..end)?);
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let json = serde_json::from_slice(answer.get(end + 4..)?).ok()?;
    Some((status, json))
}

fn print(cli: &Cli, summary: &Value) -> anyhow::Result<()> {
    let printed = output::print(cli.log.format, summary, |out| {
        let count = |key: &str| summary.get(key).and_then(Value::as_u64).unwrap_or_default();
        let reaped = usize::try_from(count("reaped")).unwrap_or(usize::MAX);
        writeln!(out, "Reaped {}.", text::counted(reaped, "task"))?;
        let lists = ["task_ids", "warnings"]
            .iter()
            .filter_map(|key| summary.get(key)?.as_array());
        for line in lists.flatten().filter_map(Value::as_str) {
            writeln!(out, "  {}", text::harmless(line, &[]))?;
        }
        Ok(())
    });
    printed.context("failed to print the summary; what it lists was swept")
}

/// What a sweep that came to its end comes to.
fn outcome(cli: &Cli, summary: &Value) -> Exit {
    let failed = summary
        .get("failed")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if failed > 0 {
        let failed = text::counted(failed, "task");
        let said = anyhow!("{failed} could not be reaped: see `failed` in the summary");
        log::failure(&said, &cli.log);
        return Exit::Failure;
    }
    if summary.get("held_back").is_some_and(|held| !held.is_null()) {
        return Exit::ZombiesFound;
    }
    Exit::Swept
}

/// What a refusal comes to.
fn refused(status: u16) -> Exit {
    match status {
        401 | 403 => Exit::NoPermission,
        409 | 429 => Exit::Busy,
        404 | 410 | 422 => Exit::Usage,
        503 => Exit::Unavailable,
        _ => Exit::Failure,
    }
}
