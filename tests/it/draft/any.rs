//! Whatever a database looks like, its draft is TOML; and what it leaves open or not, it never contradicts itself.

use proptest::prelude::*;
use zombie_sweeper::Profile;
use zombie_sweeper::store::Schema;

use super::Drafted;

const TABLES: [&str; 12] = [
    "tasks",
    "jobs",
    "task_runs",
    "job_attempts",
    "runs",
    "workers",
    "processes",
    "task_events",
    "log",
    "workspaces",
    "projects",
    "queue",
];
const COLUMNS: [&str; 40] = [
    "status",
    "state",
    "outcome",
    "task_id",
    "job_id",
    "run_id",
    "active_run_id",
    "worker_id",
    "worker",
    "locked_by",
    "owner",
    "slot",
    "pid",
    "heartbeat_at",
    "last_seen",
    "started_at",
    "locked_at",
    "claimed_at",
    "ended_at",
    "finished_at",
    "updated_at",
    "created_at",
    "lease_expires_at",
    "expires_at",
    "timeout",
    "lease_seconds",
    "next_run_at",
    "run_at",
    "deleted_at",
    "attempts",
    "max_attempts",
    "type",
    "kind",
    "event_type",
    "payload",
    "project_id",
    "name",
    "is_recurring",
    "queue",
    "released_at",
];
const TYPES: [&str; 8] = [
    "TEXT",
    "INTEGER",
    "TIMESTAMP",
    "",
    "BLOB",
    "TEXT NOT NULL DEFAULT 'open'",
    "INTEGER NOT NULL DEFAULT 0",
    "BOOLEAN",
];
/// What stands in a column mostly, by its name.
const WORDS: [&str; 8] = [
    "'running'",
    "'running'",
    "'open'",
    "'open'",
    "'done'",
    "'failed'",
    "'free'",
    "NULL",
];
const TIMES: [&str; 5] = [
    "NULL",
    "'2026-04-11T03:17:30Z'",
    "'2026-04-11 01:00:00'",
    "1775870280",
    "1775877470000",
];
const IDS: [&str; 7] = ["NULL", "''", "0", "1", "2", "'1'", "3"];
const OTHERS: [&str; 6] = ["NULL", "x'00ff'", "'[1]'", "'cron'", "7", "'a'"];

fn values(column: &str) -> Vec<&'static str> {
    let usual = match column {
        "status" | "state" | "outcome" => &WORDS[..],
        "heartbeat" | "timeout" | "last_seen" => &TIMES,
        column if column.ends_with("_at") => &TIMES,
        column if column.ends_with("_id") || column == "owner" => &IDS,
        _ => &OTHERS,
    };
    let odd = OTHERS.iter().take(2);
    [usual, usual, usual]
        .concat()
        .into_iter()
        .chain(odd.copied())
        .collect()
}

fn table(name: &'static str) -> impl Strategy<Value = String> {
    let columns = prop::collection::btree_map(
        prop::sample::select(&COLUMNS[..]),
        prop::sample::select(&TYPES[..]),
        1..12,
    );
    let id = prop::sample::select(vec![
        "id TEXT PRIMARY KEY",
        "id INTEGER PRIMARY KEY",
        "id INTEGER PRIMARY KEY",
        "id",
        "id INTEGER, PRIMARY KEY (id, no)",
    ]);
    (columns, id, any::<bool>()).prop_flat_map(move |(mut columns, id, is_usual)| {
        if is_usual {
            columns.insert("status", "TEXT NOT NULL DEFAULT 'open'");
            columns.insert("started_at", "TEXT");
        }
        let names: Vec<_> = columns.keys().copied().collect();
        let declared: Vec<_> = columns
            .iter()
            .map(|(name, kind)| format!("{name} {kind}"))
            .collect();
        let create = match id.split_once(", PRIMARY") {
            Some((id, key)) => format!(
                "CREATE TABLE {name} ({id}, no INTEGER, {}, PRIMARY{key});",
                declared.join(", ")
            ),
            None => format!("CREATE TABLE {name} ({id}, {});", declared.join(", ")),
        };
        let row: Vec<_> = names
            .iter()
            .map(|name| prop::sample::select(values(name)))
            .collect();
        prop::collection::vec(row, 0..8).prop_map(move |rows| {
            let rows = rows.iter().enumerate().map(|(id, row)| {
                format!(
                    "INSERT OR IGNORE INTO {name} (id, {}) VALUES ({id}, {});",
                    names.join(", "),
                    row.join(", ")
                )
            });
            create.clone() + &rows.collect::<String>()
        })
    })
}

fn database() -> impl Strategy<Value = String> {
    let names = prop::sample::subsequence(&TABLES[..], 1..6);
    names
        .prop_flat_map(|names| names.into_iter().map(table).collect::<Vec<_>>())
        .prop_map(|tables| tables.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120,
        max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn is_understood_or_says_what_is_missing(sql in database()) {
        let drafted = Drafted::of(&sql);
        let read = Profile::from_toml(&drafted.text).map_err(|error| error.to_string());
        let read = read.and_then(|profile| Schema::read(&drafted.conn, &profile).map(drop).map_err(|error| error.to_string()));
        match (drafted.missing.is_empty(), read) {
            (true, Err(said)) => prop_assert!(false, "{said}\n{sql}\n{}", drafted.text),
            (false, Ok(())) => prop_assert!(false, "nothing is refused\n{sql}\n{}", drafted.text),
            _ => {}
        }
    }
}
