//! `apalis-peer`: has apalis-sqlite make a queue, lose a worker and keep another, has the sweeper sweep it, and has
//! apalis-sqlite finish what was reset and what was not.
//!
//! `$ZOMBIE_SWEEPER` is the sweeper. Without arguments it is the check; with arguments it is one worker of it.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use apalis_core::backend::TaskSink;
use apalis_core::error::BoxDynError;
use apalis_core::worker::{builder::WorkerBuilder, context::WorkerContext};
use apalis_sqlite::{Config, SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteStorage};
use serde_json::Value;
use tokio::time::sleep;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The queue whose worker is lost. Nobody else works for it: a worker of its own would put the job back.
const LOST: &str = "lost";
const LIVING: &str = "living";
/// How long a worker may be silent. The workers beat once a second, in whole seconds.
const STALE_AFTER: Duration = Duration::from_secs(4);
/// How long anything else may take.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => check().await,
        ["work", database, queue, worker, gate] => work(database, queue, worker, gate).await,
        _ => Err("usage: apalis-peer [work DATABASE QUEUE WORKER GATE]".into()),
    }
}

async fn open(database: &str) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true);
    Ok(SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?)
}

fn storage(pool: &SqlitePool, queue: &str) -> SqliteStorage<u32> {
    let config = Config::default()
        .queue(queue)
        .heartbeat_interval(Duration::from_secs(1));
    SqliteStorage::new(pool).with_config(config)
}

/// A worker that says what it claims, works until the file GATE is there, and ends after one job.
async fn work(database: &str, queue: &str, worker: &str, gate: &str) -> Result<()> {
    let pool = open(database).await?;
    let gate = gate.to_owned();
    let job = move |job: u32, worker: WorkerContext| {
        let gate = gate.clone();
        async move {
            println!("claimed {job}");
            let began = Instant::now();
            while !Path::new(&gate).exists() {
                if began.elapsed() > PATIENCE {
                    return Err("nobody opened the gate".into());
                }
                sleep(Duration::from_millis(50)).await;
            }
            println!("finished {job}");
            worker.stop()?;
            Ok::<_, BoxDynError>(())
        }
    };
    let worker = WorkerBuilder::new(worker)
        .backend(storage(&pool, queue))
        .build(job);
    worker.run().await?;
    Ok(())
}

async fn check() -> Result<()> {
    let sweeper = std::env::var("ZOMBIE_SWEEPER")?;
    let folder = std::env::temp_dir().join(format!("apalis-peer-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let said = check_in(&folder, &sweeper).await;
    std::fs::remove_dir_all(&folder)?;
    println!("{}", said?);
    Ok(())
}

async fn check_in(folder: &Path, sweeper: &str) -> Result<String> {
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (database, shut, open_gate) = (path("jobs.db"), path("shut"), path("open"));
    std::fs::write(&open_gate, "")?;

    let pool = open(&database).await?;
    SqliteStorage::setup(&pool).await?;
    storage(&pool, LOST).push(1).await?;
    let mut dead = Worker::start(&database, LOST, "dead", &shut)?;
    dead.expect("claimed 1")?;
    wait_for(&pool, "1", "Running").await?;
    dead.kill()?;
    let silent_since = Instant::now();

    storage(&pool, LIVING).push(2).await?;
    let mut live = Worker::start(&database, LIVING, "live", &shut)?;
    live.expect("claimed 2")?;
    wait_for(&pool, "2", "Running").await?;
    let dead_id = id(&pool, "1").await?;
    // Two seconds for times in whole seconds.
    sleep((STALE_AFTER + Duration::from_secs(2)).saturating_sub(silent_since.elapsed())).await;

    let summary = sweep(sweeper, &database)?;
    expect("reaped", &summary["reaped"], &Value::from(1))?;
    expect(
        "reason",
        &summary["reasons"][&dead_id],
        &Value::from("stale_heartbeat"),
    )?;
    expect("healthy", &summary["healthy"], &Value::from(1))?;
    expect("undecided", &summary["undecided"], &Value::Array(Vec::new()))?;
    expect(
        "second sweep",
        &sweep(sweeper, &database)?["reaped"],
        &Value::from(0),
    )?;

    let mut next = Worker::start(&database, LOST, "next", &open_gate)?;
    next.expect("claimed 1")?;
    next.expect("finished 1")?;
    wait_for(&pool, "1", "Done").await?;
    std::fs::write(&shut, "")?;
    live.expect("finished 2")?;
    wait_for(&pool, "2", "Done").await?;
    for worker in [&mut next, &mut live] {
        worker.end()?;
    }
    Ok("apalis apalis-sqlite 1.0.0: ok, the lost job was reaped and done, the living one done".to_owned())
}

fn expect(what: &str, found: &Value, wanted: &Value) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: expected {wanted}, found {found}").into())
}

fn sweep(sweeper: &str, database: &str) -> Result<Value> {
    let stale_after = format!("{}s", STALE_AFTER.as_secs());
    let output = Command::new(sweeper)
        .args([
            "--db",
            database,
            "--profile",
            "apalis",
            "--stale-after",
            &stale_after,
        ])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the sweeper ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

async fn id(pool: &SqlitePool, job: &str) -> Result<String> {
    let ids = sqlx::query_scalar("SELECT id FROM Jobs WHERE CAST(job AS TEXT) = ?1");
    Ok(ids.bind(job).fetch_one(pool).await?)
}

async fn wait_for(pool: &SqlitePool, job: &str, status: &str) -> Result<()> {
    let began = Instant::now();
    loop {
        let found: String = sqlx::query_scalar("SELECT status FROM Jobs WHERE CAST(job AS TEXT) = ?1")
            .bind(job)
            .fetch_one(pool)
            .await?;
        if found == status {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            return Err(format!("job {job}: expected {status}, found {found}").into());
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// A worker in a process of its own.
struct Worker {
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Worker {
    fn start(database: &str, queue: &str, name: &str, gate: &str) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["work", database, queue, name, gate])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().ok_or("no standard output")?;
        Ok(Self {
            process,
            lines: BufReader::new(stdout).lines(),
        })
    }

    fn expect(&mut self, wanted: &str) -> Result<()> {
        let said = self.lines.next().transpose()?.unwrap_or_default();
        if said == wanted {
            return Ok(());
        }
        Err(format!("a worker: expected {wanted:?}, found {said:?}").into())
    }

    fn kill(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let status = self.process.wait()?;
        if status.success() {
            return Ok(());
        }
        Err(format!("a worker ended with {status}").into())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Where the check fails nobody else ends it; where it has ended already this does nothing.
        drop(self.kill());
    }
}
