//! `apalis-rescue DATABASE JOBS`: makes a queue of apalis-sqlite with so many jobs of dead workers, has apalis put them
//! back, and prints how many milliseconds its call took.

use std::time::Instant;

use apalis_core::backend::WorkerFilter;
use apalis_sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteStorage, queries::reenqueue_orphaned};

const QUEUE: &str = "bench";

const WORKERS: &str = "
WITH RECURSIVE counter(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM counter WHERE n < 20)
INSERT INTO Workers (id, worker_type, storage_name, last_seen)
SELECT 'worker-' || n, ?1, 'sqlite', strftime('%s', 'now', '-1 day') FROM counter";

const JOBS: &str = "
WITH RECURSIVE counter(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM counter WHERE n < ?2)
INSERT INTO Jobs (job, id, job_type, status, attempts, lock_at, lock_by)
SELECT '{}', printf('%026d', n), ?1, 'Running', 1, strftime('%s', 'now', '-1 day'), 'worker-' || (1 + n % 20)
FROM counter";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(path), Some(jobs)) = (words.next(), words.next()) else {
        return Err("usage: apalis-rescue DATABASE JOBS".into());
    };
    let jobs: u64 = jobs.parse()?;
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    SqliteStorage::setup(&pool).await?;
    // Its own setup switches syncing off. For the same durability as the sweep's:
    sqlx::query("PRAGMA synchronous = FULL").execute(&pool).await?;
    sqlx::query(WORKERS).bind(QUEUE).execute(&pool).await?;
    sqlx::query(JOBS)
        .bind(QUEUE)
        .bind(i64::try_from(jobs)?)
        .execute(&pool)
        .await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&pool)
        .await?;

    let began = Instant::now();
    let rescued = reenqueue_orphaned(&pool, 900, QUEUE, &WorkerFilter::None).await?;
    let took = began.elapsed();
    if rescued != jobs {
        return Err(format!("{rescued} of {jobs} were put back").into());
    }
    println!("{:.3}", took.as_secs_f64() * 1000.0);
    Ok(())
}
