//! A draft of a profile names what the database itself speaks for, and leaves the rest to its reader.

mod peers;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::{Draft, draft_profile};

/// 2026-04-11T03:18:00Z.
const NOW: i64 = 1_775_877_480;

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

pub(crate) fn database(sql: &str) -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(sql).unwrap();
    conn
}

pub(crate) fn draft(sql: &str) -> Draft {
    draft_profile(&database(sql), "queue.db", now()).unwrap()
}

/// What counts in a profile: every key and its values.
pub(crate) fn keys(toml: &str) -> BTreeMap<String, Vec<String>> {
    let table: toml::Table = toml::from_str(toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    let mut found = BTreeMap::new();
    leaves(&table, "", &mut found);
    found
}

fn leaves(table: &toml::Table, path: &str, found: &mut BTreeMap<String, Vec<String>>) {
    for (key, value) in table {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        let text = |value: &toml::Value| value.as_str().map_or_else(|| format!("{value:?}"), str::to_owned);
        let values = match value {
            toml::Value::Table(inner) if !inner.contains_key("seconds") => {
                leaves(inner, &path, found);
                continue;
            }
            toml::Value::Array(items) => items.iter().map(text).collect(),
            value => vec![text(value)],
        };
        let values = values.into_iter().filter(|value| !value.is_empty());
        found.insert(path, values.collect());
    }
}
