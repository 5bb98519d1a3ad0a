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

use crate::surface::signals;

const NAME: &str = env!("CARGO_PKG_NAME");

/// How often, and after what pause, it is asked whether a program has ended: two seconds.
const PAUSES: usize = 200;
const PAUSE: Duration = Duration::from_millis(10);

/// What there is for the queue in this database. Another instance's may be quite another queue's.
pub(super) fn look(database: &Path) -> Option<Schedule> {
    let listed = listed()?;
    let services = services().unwrap_or_default();
    let mut schedule = Schedule::default();
    for listed in listed {
        let of = |service: &&Service| listed.activates.as_deref() == Some(service.unit.name.as_str());
        let told = services
            .iter()
            .find(of)
            .and_then(|service| service.database.as_deref());
        match is_of(&listed.unit, told, database) {
            Some(true) => schedule.timers.push(listed.timer()),
            Some(false) => {}
            None => schedule.unclear.push(listed.unit),
        }
    }
    for service in services.iter().filter(|service| service.stays) {
        let name = &service.unit.name;
        match is_of(name, service.database.as_deref(), database) {
            Some(true) => schedule.watches.push(name.clone()),
            Some(false) => {}
            None => schedule.unclear.push(name.clone()),
        }
    }
    let ours = services.into_iter().filter(|service| {
        let is_of = is_of(&service.unit.name, service.database.as_deref(), database);
        service.has_run && is_of == Some(true)
    });
    schedule.units = ours.map(|service| service.unit).collect();
    schedule.cron = cron();
    Some(schedule)
}

/// Whether what has this name and tells of this database is there for ours; where it tells of none, the one without an
/// instance is. `None`: nothing says.
fn is_of(name: &str, told: Option<&Path>, database: &Path) -> Option<bool> {
    let resolved = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match told {
        Some(told) => Some(resolved(told) == resolved(database)),
        None => name
            .split('.')
            .next()
            .filter(|plain| *plain == NAME)
            .map(|_| true),
    }
}

/// A timer, as `systemctl` lists it: times in microseconds.
#[derive(Deserialize)]
struct Listed {
    unit: String,
    activates: Option<String>,
    next: Option<i64>,
}

impl Listed {
    fn timer(self) -> Timer {
        let mut timer = Timer::named(self.unit);
        let next = self.next.filter(|next| *next > 0);
        timer.next = next.and_then(DateTime::from_timestamp_micros);
        timer
    }
}

fn listed() -> Option<Vec<Listed>> {
    let pattern = format!("{NAME}*");
    let said = ask(
        "systemctl",
        &["list-timers", "--all", "--no-pager", "--output=json", &pattern],
    )?;
    serde_json::from_str(&said).ok()
}

/// A service, and what it says of the database that it sweeps.
struct Service {
    unit: Unit,
    has_run: bool,
    /// Whether it runs without an end in sight: one that sweeps and ends is never active, but about to be.
    stays: bool,
    database: Option<PathBuf>,
}

fn services() -> Option<Vec<Service>> {
    let pattern = format!("{NAME}*.service");
    let properties = "--property=Id,ActiveState,Result,ExecMainStatus,ExecMainExitTimestamp,ExecStart,Environment,EnvironmentFiles";
    let said = ask(
        "systemctl",
        &["show", "--no-pager", "--timestamp=unix", properties, &pattern],
    )?;
    Some(said.split("\n\n").filter_map(service).collect())
}

fn service(lines: &str) -> Option<Service> {
    let values = |key: &'static str| {
        let pairs = lines.lines().filter_map(|line| line.split_once('='));
        pairs
            .filter(move |(name, _)| *name == key)
            .map(|(_, value)| value)
    };
    let value = |key| values(key).next();
    let mut unit = Unit::ended(value("Id")?, value("Result")?);
    unit.exit = value("ExecMainStatus")
        .and_then(|code| code.parse().ok())
        .unwrap_or_default();
    let seconds = value("ExecMainExitTimestamp").and_then(|at| at.strip_prefix('@'));
    unit.ended = seconds
        .and_then(|seconds| seconds.parse().ok())
        .and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0));
    let of_file = |file: &str| {
        let (path, _) = file.rsplit_once(" (")?;
        read_to_string(Path::new(path))?.lines().rev().find_map(variable)
    };
    let files: Vec<_> = values("EnvironmentFiles").collect();
    let database = value("ExecStart")
        .and_then(option)
        .or_else(|| files.iter().rev().find_map(|file| of_file(file)))
        .or_else(|| value("Environment").and_then(variable));
    Some(Service {
        has_run: seconds.is_some(),
        stays: value("ActiveState") == Some("active"),
        unit,
        database: database.map(PathBuf::from),
    })
}

/// The database that a command line names: up to the next option.
fn option(exec: &str) -> Option<String> {
    let (_, words) = exec.split_once("argv[]=")?;
    let words = words.split(" ;").next()?;
    let (_, behind) = words.split_once(" --db")?;
    let path = behind.strip_prefix([' ', '='])?.split(" -").next()?.trim();
    (!path.is_empty()).then(|| path.to_owned())
}

/// The database that an assignment among others names.
fn variable(assignments: &str) -> Option<String> {
    if assignments.trim_start().starts_with(['#', ';']) {
        return None;
    }
    let (before, behind) = assignments.split_once("ORCHESTRA_DB=")?;
    let path = match (before.chars().last(), behind.chars().next()) {
        (Some(quote @ ('"' | '\'')), _) => behind.split(quote).next(),
        (_, Some(quote @ ('"' | '\''))) => behind.split(quote).nth(1),
        _ => behind.split_whitespace().next(),
    };
    path.filter(|path| !path.is_empty()).map(str::to_owned)
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
