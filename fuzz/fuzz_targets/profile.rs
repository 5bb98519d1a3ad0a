//! Reads anything as a profile. One that is accepted is put to use on a database that holds queues of several shapes: it
//! fits one of them, or it is refused in so many words; a dry run foretells the sweep, a longer patience finds no more, and a
//! sweep that fails has written nothing.

#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};
use rusqlite::Connection;
use toml::{Table, Value};
use zombie_sweeper::Profile;
use zombie_sweeper::store::Schema;
use zombie_sweeper::{SweepOptions, SweepReport, sweep_zombie_tasks};
use zombie_sweeper_fuzz::{image, now, opened};

static QUEUE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut conn = Connection::open_in_memory().unwrap();
    conn.execute_batch("PRAGMA page_size = 512").unwrap();
    conn.execute_batch(include_str!("../src/orchestra.sql")).unwrap();
    conn.execute_batch(include_str!("../src/shapes.sql")).unwrap();
    image(&mut conn)
});

fuzz_target!(|text: &str| -> Corpus {
    match Profile::from_toml(text) {
        Ok(profile) => put_to_use(&profile),
        Err(error) => drop(error.to_string()),
    }
    Corpus::Keep
});

fn put_to_use(profile: &Profile) {
    let mut conn = opened(&QUEUE);
    let before = image(&mut conn);
    let fits = Schema::read(&conn, profile).map(|schema| drop(schema.roles().to_vec()));
    // The second look at what rests on a worker that is gone comes at once.
    let options = SweepOptions::at(now())
        .profile(profile.clone())
        .waiting(|time| Some(now() + time));
    let foretold = sweep_zombie_tasks(&mut conn, &options.clone().dry_run(true));
    let hour = Duration::from_secs(3600);
    let patient = sweep_zombie_tasks(&mut conn, &options.clone().stale_after(hour).dry_run(true));
    assert!(before == image(&mut conn), "a dry run wrote");
    let swept = sweep_zombie_tasks(&mut conn, &options);
    assert!(conn.is_autocommit());
    match (fits, foretold, swept) {
        (Err(error), Err(_), Err(_)) => drop(error.to_string()),
        (Ok(()), Ok(foretold), Ok(report)) => {
            let mut foretold = outcome(&foretold);
            if let Ok(patient) = patient {
                let found: BTreeSet<_> = foretold.iter().map(|(task, _)| task).collect();
                let odd = outcome(&patient)
                    .into_iter()
                    .find(|(task, _)| !found.contains(task));
                assert!(odd.is_none(), "a longer patience finds {odd:?}");
            }
            foretold.retain(|(task, _)| report.failed.iter().all(|failed| failed.task_id != *task));
            let reaped = outcome(&report);
            // A condition that asks for other rows may be undone by their reaps.
            foretold.retain(|reap| report.moved_on == 0 || reaped.contains(reap));
            assert_eq!(foretold, reaped);
            let left = report.undecided.len() + report.failed.len() + report.moved_on;
            assert_eq!(report.scanned, reaped.len() + report.healthy + left, "{report:?}");
            check_again(&mut conn, &options, &report);
        }
        // What a constraint thinks of a value is known once it is written.
        (Ok(()), _, Err(error)) => {
            drop(error.to_string());
            assert!(before == image(&mut conn), "it failed and wrote: {error:?}");
        }
        odd => panic!("{odd:?}"),
    }
}

/// What was reaped is not reaped again, and each sweep is whole.
fn check_again(conn: &mut Connection, options: &SweepOptions, first: &SweepReport) {
    let again = sweep_zombie_tasks(conn, options).expect("what could be swept once can be swept again");
    assert!(again.reaps.is_empty(), "{first:?}\nthen {again:?}");
}

fn outcome(report: &SweepReport) -> Vec<(String, String)> {
    report
        .reaps
        .iter()
        .map(|reap| (reap.task_id.to_string(), reap.reason.to_string()))
        .collect()
}

// Half of the changes are made to the profile's keys and words, the rest to its bytes.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let text = std::str::from_utf8(&data[..size])
        .ok()
        .and_then(|text| text.parse::<Table>().ok());
    if let (Some(mut profile), true) = (text, seed % 2 == 0) {
        change(&mut profile, seed / 2);
        let text = profile.to_string();
        if text.len() <= max_size.min(data.len()) {
            data[..text.len()].copy_from_slice(text.as_bytes());
            return text.len();
        }
    }
    fuzzer_mutate(data, size, max_size)
});

const KEYS: &[&str] = &[
    "database.foreign_keys",
    "database.time_zone",
    "hints.heartbeat",
    "tasks.stamp",
    "tasks.increment",
    "tasks.where",
    "tasks.running_where",
    "tasks.columns.worker",
    "tasks.columns.ended",
    "tasks.columns.lease.start",
    "tasks.columns.lease.seconds",
    "runs.running_where",
    "runs.columns.worker",
    "runs.columns.lease.start",
    "runs.columns.lease.seconds",
    "workers.table",
    "workers.columns.id",
    "workers.columns.heartbeat",
    "workers.columns.started",
    "workers.columns.status",
    "workers.columns.lease",
    "workers.words.gone",
    "about",
    "tasks.columns.lease",
    "tasks.words.open.running",
    "tasks.words.open.default",
    "tasks.words.open.run_completed",
    "tasks.words.open.stale_heartbeat",
    "runs.columns.created",
    "runs.columns.lease",
    "tasks.table",
    "tasks.clear",
    "tasks.columns.id",
    "tasks.columns.status",
    "tasks.columns.active_run",
    "tasks.columns.project",
    "tasks.columns.project_id",
    "tasks.columns.kind",
    "tasks.columns.is_recurring",
    "tasks.columns.heartbeat",
    "tasks.columns.started",
    "tasks.columns.updated",
    "tasks.columns.next_eligible",
    "tasks.words.running",
    "tasks.words.open",
    "tasks.words.recurring",
    "tasks.set.?",
    "tasks.set.?",
    "runs.table",
    "runs.clear",
    "runs.columns.id",
    "runs.columns.task",
    "runs.columns.status",
    "runs.columns.heartbeat",
    "runs.columns.started",
    "runs.columns.ended",
    "runs.words.running",
    "runs.words.finished",
    "runs.words.abandoned",
    "runs.set.?",
    "events.table",
    "events.columns.id",
    "events.columns.task",
    "events.columns.type",
    "events.columns.actor",
    "events.columns.payload",
    "events.columns.time",
    "events.columns.run",
    "events.words.reaped",
    "events.set.?",
    "workspaces.table",
    "workspaces.columns.task",
    "workspaces.columns.run",
    "workspaces.columns.status",
    "workspaces.columns.released",
    "workspaces.words.free",
    "projects.table",
    "projects.columns.id",
    "projects.columns.name",
    "?",
    "tasks.?",
];
const WORDS: &[&str] = &[
    "id",
    "project_id",
    "title",
    "status",
    "task_type",
    "priority",
    "active_run_id",
    "assigned_slot",
    "workspace_path",
    "lease_expires_at",
    "last_heartbeat",
    "next_eligible_at",
    "created_at",
    "started_at",
    "updated_at",
    "completed_at",
    "task_id",
    "run_id",
    "worker_id",
    "slot",
    "error",
    "event_type",
    "actor",
    "payload",
    "path",
    "released_at",
    "name",
    "tasks",
    "task_runs",
    "task_events",
    "workspaces",
    "projects",
    "sqlite_schema",
    "jobs",
    "attempts",
    "workers",
    "queue",
    "number",
    "body",
    "state",
    "reserved_at",
    "done_at",
    "beat_at",
    "begun_at",
    "ended_at",
    "until",
    "ttl",
    "tries",
    "worker",
    "pid",
    "job",
    "outcome",
    "working",
    "ready",
    "lost",
    "done",
    "down",
    "t.reserved_at IS NOT NULL AND t.done_at IS NULL",
    "r.outcome IS NULL",
    "NOT EXISTS (SELECT 1 FROM workers WHERE name = t.worker)",
    "running",
    "open",
    "completed",
    "abandoned",
    "paused",
    "free",
    "leased",
    "recurring",
    "one_shot",
    "zombie_reaped",
    "created",
    "",
    " ",
    "TASKS",
    "Id",
    "rowid",
    "'",
    "\"",
    "{t.key}",
    "--",
    "a\0b",
    "it's",
    "t.priority > 49",
    "status <> 'open'",
    "id IN (SELECT task_id FROM task_runs)",
    "1) OR (1",
    "+02:00",
    "local",
    "50",
    "1",
];

/// Sets one key to a value, or takes it away.
fn change(profile: &mut Table, seed: u32) {
    let mut seed = seed;
    let mut choose = |among: usize| {
        let chosen = seed as usize % among;
        seed = (seed / u32::try_from(among).unwrap())
            .wrapping_mul(0x9e37_79b1)
            .rotate_left(11)
            ^ seed;
        chosen
    };
    let (key, word, other) = (
        KEYS[choose(KEYS.len())],
        WORDS[choose(WORDS.len())],
        WORDS[choose(WORDS.len())],
    );
    let value = match choose(12) {
        0..5 => Some(Value::from(word)),
        5 | 6 => Some(Value::from(vec![word, other])),
        7 => Some(Value::from(Vec::<String>::new())),
        8 => Some([Value::from(0), Value::from(i64::MIN), Value::from(1)][choose(3)].clone()),
        9 => Some(
            [
                Value::from(f64::INFINITY),
                Value::from(f64::NAN),
                Value::from(-0.5),
            ][choose(3)]
            .clone(),
        ),
        10 => Some(Value::from(choose(2) == 0)),
        _ => None,
    };
    let key = key.replace('?', other);
    let mut steps: Vec<_> = key.split('.').collect();
    let Some(last) = steps.pop() else { return };
    let mut section = profile;
    for step in steps {
        let inner = section.entry(step).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(inner) = inner else { return };
        section = inner;
    }
    match value {
        Some(value) => drop(section.insert(last.to_owned(), value)),
        None => drop(section.remove(last)),
    }
}
