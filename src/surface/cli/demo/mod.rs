//! `zombie-sweeper demo`: a supervisor's death and the sweep after it, on a database of its own.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use zombie_sweeper::Profile;
use zombie_sweeper::inspect::{self, HistoryOptions};
use zombie_sweeper::rusqlite::{Connection, Row};
use zombie_sweeper::store::Queue;
use zombie_sweeper::zombie::{Calendar, TimeZone};
use zombie_sweeper::{SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};

use super::args::DemoArgs;
use super::{explain, history, output, text};
use crate::surface::exit::Exit;
use crate::surface::{signals, wall_clock};

const SCHEMA: &str = include_str!("orchestra.sql");
const WORLD: &str = include_str!("world.sql");
const BOARD: &str = "SELECT * FROM board";
/// The task whose verdict is explained.
const EXPLAINED: &str = "S-08";
const REAPS: &str = "SELECT * FROM reaps";

/// How long the demo waits for its own database, which nobody else has open.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Tells the story, and takes its database away again unless it is to be kept.
pub(crate) fn run(args: &DemoArgs) -> anyhow::Result<Exit> {
    let now = wall_clock::now();
    let folder = tempfile::Builder::new()
        .prefix("zombie-sweeper-demo-")
        .tempdir()
        .context("failed to make a temporary folder for the demo")?;
    let db = folder.path().join("orchestra.db");
    build(&db, now)?;
    output::lines(|out| tell(out, &db, now))?;
    if args.keep {
        build(&db, now)?;
        let folder = folder.keep();
        output::lines(|out| Ok(kept(out, &folder.join("orchestra.db"))?))?;
    } else {
        output::lines(|out| {
            Ok(writeln!(
                out,
                "The database is gone again. `demo --keep` leaves it to you."
            )?)
        })?;
    }
    Ok(Exit::Swept)
}

fn build(db: &Path, now: DateTime<Utc>) -> anyhow::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = db.as_os_str().to_owned();
        file.push(suffix);
        if let Err(error) = fs::remove_file(&file) {
            anyhow::ensure!(
                error.kind() == io::ErrorKind::NotFound,
                "failed to remove the old demo: {error}"
            );
        }
    }
    let conn = Connection::open(db).context("failed to build the demo")?;
    conn.execute_batch(SCHEMA)?;
    conn.execute_batch("BEGIN; CREATE TEMP TABLE clock (now TEXT)")?;
    conn.execute(
        "INSERT INTO clock VALUES (?1)",
        [now.format("%Y-%m-%dT%H:%M:%SZ").to_string()],
    )?;
    conn.execute_batch(WORLD)
        .and_then(|()| conn.execute_batch("COMMIT"))
        .context("failed to build the demo")
}

fn tell(out: &mut dyn Write, db: &Path, now: DateTime<Utc>) -> anyhow::Result<()> {
    let path = shell(db);
    let query_by_hand = |sql| format!("sqlite3 -box {path} '{sql}'");
    let sweep_by_hand = format!("{} --db {path} --format text", program());

    text::heading(
        out,
        "03:18  The supervisor is killed, and with it every worker of slots 01 to 14.",
    )?;
    writeln!(out, "It is 03:40 now. This is what the queue believes:\n")?;
    by_hand(out, &query_by_hand(BOARD))?;
    board(out, db, now)?;

    text::heading(out, "A dry run finds the zombies, and writes nothing.")?;
    by_hand(out, &format!("{sweep_by_hand} --dry-run"))?;
    let options = SweepOptions::at(now).dry_run(true);
    let profile = Profile::default();
    let queue = queue(db, &profile);
    let (report, _) = queue.read(|conn| sweep_zombie_tasks(conn, &options))?;
    text::report(out, &report)?;

    text::heading(
        out,
        "Why that one? What a verdict rests on, and what a sweep would write.",
    )?;
    by_hand(out, &format!("{sweep_by_hand} explain {EXPLAINED}"))?;
    let (explanation, _) = queue.read(|conn| inspect::explain(conn, &options, EXPLAINED, None))?;
    explain::text::explanation(out, &explanation)?;

    text::heading(out, "The sweep resets them, all in one transaction.")?;
    by_hand(out, &sweep_by_hand)?;
    text::report(out, &sweep(&queue, now)?)?;

    text::heading(
        out,
        "They are open again, and their slots free. Who was alive still runs.",
    )?;
    by_hand(out, &query_by_hand(BOARD))?;
    board(out, db, now)?;

    text::heading(out, "Each reap left an event.")?;
    by_hand(out, &query_by_hand(REAPS))?;
    let reap = |row: &Row<'_>| {
        let age: Option<f64> = row.get(3)?;
        let age = age.map_or_else(String::new, |seconds| format!("{:.0}m", seconds / 60.0));
        Ok([row.get(0)?, row.get(1)?, row.get(2)?, age, row.get(4)?])
    };
    let header = ["task", "condition", "reason", "silent for", "slot freed"];
    writeln!(out, "{}", text::table(header, query(db, REAPS, reap)?))?;

    text::heading(out, "What was reaped, and what became of it.")?;
    by_hand(out, &format!("{sweep_by_hand} history"))?;
    let asked = HistoryOptions::at(now);
    let (told, _) = queue.read(|conn| inspect::history(conn, &asked, None))?;
    history::text::history(out, &told)?;

    text::heading(
        out,
        "A second sweep finds nothing, and does not even ask for the write lock.",
    )?;
    by_hand(out, &sweep_by_hand)?;
    text::report(out, &sweep(&queue, now)?)?;
    Ok(writeln!(out)?)
}

fn kept(out: &mut dyn Write, db: &Path) -> io::Result<()> {
    writeln!(
        out,
        "The database is left as it was before the sweep, to repeat each step by hand:\n\n  {}\n",
        db.display()
    )?;
    writeln!(
        out,
        "Its living workers are props: from 13 minutes on, they too will be found silent for too long."
    )
}

fn queue<'q>(db: &'q Path, profile: &'q Profile) -> Queue<'q> {
    Queue::at(db, profile)
        .configured(|conn| signals::obey(conn, BUSY_TIMEOUT))
        .going_on(signals::none)
}

fn sweep(queue: &Queue<'_>, now: DateTime<Utc>) -> Result<SweepReport, SweepError> {
    queue.write(|conn| sweep_zombie_tasks(conn, &SweepOptions::at(now).evidence(true)))
}

/// The running and the open tasks.
fn board(out: &mut dyn Write, db: &Path, now: DateTime<Utc>) -> anyhow::Result<()> {
    let row = |row: &Row<'_>| {
        let seen: String = row.get(5)?;
        Ok([
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            age(&seen, now),
            row.get(6)?,
        ])
    };
    let header = ["task", "project", "kind", "status", "run", "last seen", "slot"];
    Ok(writeln!(out, "{}", text::table(header, query(db, BOARD, row)?))?)
}

fn query<const N: usize>(
    db: &Path,
    sql: &str,
    row: impl Fn(&Row<'_>) -> zombie_sweeper::rusqlite::Result<[String; N]>,
) -> anyhow::Result<Vec<[String; N]>> {
    let conn = Connection::open(db)?;
    let mut statement = conn.prepare(sql)?;
    let rows = statement
        .query_map([], |found| row(found))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn age(seen: &str, now: DateTime<Utc>) -> String {
    let calendar = Calendar::new(now.into(), TimeZone::default());
    match calendar.text(seen.as_bytes()).0.at() {
        Some(at) => format!("{}m ago", calendar.now().micros_since(at) / 60_000_000),
        None => seen.to_owned(),
    }
}

fn by_hand(out: &mut dyn Write, command: &str) -> io::Result<()> {
    text::dim(out, &format!("$ {command}"))
}

/// The program as it was called, so that the commands can be copied.
fn program() -> String {
    let called = std::env::args()
        .next()
        .unwrap_or_else(|| "zombie-sweeper".to_owned());
    shell(Path::new(&called))
}

fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    if text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
    {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
