//! What starts sweeps on this machine, as far as it tells. Where there is no systemd to ask, nothing is known.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use zombie_sweeper::inspect::{Schedule, Timer, Unit};

use super::super::signals;

const NAME: &str = env!("CARGO_PKG_NAME");

/// How often, and after what pause, it is asked whether a program has ended: two seconds.
const PAUSES: usize = 200;
const PAUSE: Duration = Duration::from_millis(10);

pub(super) fn look() -> Option<Schedule> {
    let mut schedule = Schedule::default();
    schedule.timers = timers()?;
    schedule.units = units().unwrap_or_default();
    schedule.cron = cron();
    Some(schedule)
}

/// A timer, as `systemctl` lists it: times in microseconds.
#[derive(Deserialize)]
struct Listed {
    unit: String,
    next: Option<i64>,
}

fn timers() -> Option<Vec<Timer>> {
    let pattern = format!("{NAME}*");
    let said = ask(
        "systemctl",
        &["list-timers", "--all", "--no-pager", "--output=json", &pattern],
    )?;
    let listed: Vec<Listed> = serde_json::from_str(&said).ok()?;
    let timer = |listed: Listed| {
        let mut timer = Timer::named(listed.unit);
        let next = listed.next.filter(|next| *next > 0);
        timer.next = next.and_then(DateTime::from_timestamp_micros);
        timer
    };
    Some(listed.into_iter().map(timer).collect())
}

/// The services that have run.
fn units() -> Option<Vec<Unit>> {
    let pattern = format!("{NAME}*.service");
    let properties = "--property=Id,Result,ExecMainStatus,ExecMainExitTimestamp";
    let said = ask(
        "systemctl",
        &["show", "--no-pager", "--timestamp=unix", properties, &pattern],
    )?;
    Some(said.split("\n\n").filter_map(unit).collect())
}

fn unit(lines: &str) -> Option<Unit> {
    let value = |key: &str| {
        let mut pairs = lines.lines().filter_map(|line| line.split_once('='));
        pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let seconds = value("ExecMainExitTimestamp")?.strip_prefix('@')?;
    let mut unit = Unit::ended(value("Id")?, value("Result")?);
    unit.exit = value("ExecMainStatus")
        .and_then(|code| code.parse().ok())
        .unwrap_or_default();
    unit.ended = seconds
        .parse()
        .ok()
        .and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0));
    Some(unit)
}

/// What of cron's can be read and names it.
fn cron() -> Vec<String> {
    let folder = |path: &str| {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<PathBuf>>()
    };
    let mut files = vec![PathBuf::from("/etc/crontab")];
    for path in [
        "/etc/cron.d",
        "/etc/cron.hourly",
        "/var/spool/cron/crontabs",
        "/var/spool/cron",
    ] {
        files.extend(folder(path));
    }
    let names_it = |path: &PathBuf| read_to_string(path).is_some_and(|text| is_named(&text));
    let mut found: Vec<_> = files
        .iter()
        .filter(|path| names_it(path))
        .map(|path| path.display().to_string())
        .collect();
    if ask("crontab", &["-l"]).is_some_and(|text| is_named(&text)) {
        found.push("crontab -l".to_owned());
    }
    found
}

fn read_to_string(path: &Path) -> Option<String> {
    let is_file = fs::metadata(path).is_ok_and(|found| found.is_file());
    is_file.then(|| fs::read_to_string(path).ok()).flatten()
}

fn is_named(crontab: &str) -> bool {
    let mut lines = crontab.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.any(|line| line.contains(NAME))
}

/// What a program prints that succeeds, unless it takes long.
fn ask(program: &str, args: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let mut out = child.stdout.take()?;
    // Whoever has much to say waits to be read.
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        if out.read_to_end(&mut text).is_ok() {
            let _ = said.send(text); // unless nobody waits for it any more
        }
    });
    for _ in 0..PAUSES {
        match child.try_wait() {
            Ok(Some(status)) => {
                let text = heard.recv_timeout(PAUSE * 10).ok()?;
                return status
                    .success()
                    .then(|| String::from_utf8_lossy(&text).into_owned());
            }
            Ok(None) if signals::none() => thread::sleep(PAUSE),
            Ok(None) | Err(_) => break,
        }
    }
    let _ = child.kill(); // it may have ended meanwhile
    let _ = child.wait();
    None
}
