//! A draft of a profile names what the database itself speaks for, and leaves the rest to its reader.

mod any;
mod attempts;
mod doubts;
mod life;
mod odd;
mod peers;
mod shapes;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::{Schema, draft_profile};
use zombie_sweeper::{Profile, SweepOptions, sweep_zombie_tasks};

/// 2026-04-11T03:18:00Z.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_775_877_480, 0).unwrap()
}

/// A database, and what the draft says of it.
struct Drafted {
    conn: Connection,
    text: String,
    missing: Vec<String>,
    keys: BTreeMap<String, Vec<String>>,
}

impl Drafted {
    /// Of a database that this makes.
    #[track_caller]
    fn of(sql: &str) -> Self {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(sql)
            .unwrap_or_else(|error| panic!("{error}\n{sql}"));
        let changes = conn.total_changes();
        let draft = draft_profile(&conn, "queue.db", now()).unwrap();
        assert_eq!(conn.total_changes(), changes, "a draft writes nothing");
        Self {
            conn,
            keys: keys(&draft.text),
            text: draft.text,
            missing: draft.missing,
        }
    }

    /// What stands behind a key so that it counts.
    fn key(&self, key: &str) -> Vec<&str> {
        let values = self.keys.get(key).into_iter().flatten();
        values.map(String::as_str).collect()
    }

    #[track_caller]
    fn says(&self, key: &str, values: &[&str]) -> &Self {
        assert_eq!(self.key(key), values, "{key}\n{}", self.text);
        self
    }

    #[track_caller]
    fn comments(&self, said: &str) -> &Self {
        let comments = self.text.lines().filter_map(|line| line.split_once('#'));
        let comments: Vec<_> = comments.map(|(_, comment)| comment.trim()).collect();
        assert!(comments.join(" ").contains(said), "{said}\n{}", self.text);
        self
    }

    /// Nothing is left to its reader: the schema is understood as it stands.
    #[track_caller]
    fn profile(&self) -> Profile {
        assert_eq!(self.missing, [""; 0], "{}", self.text);
        let profile = Profile::from_toml(&self.text).unwrap_or_else(|error| panic!("{error}\n{}", self.text));
        Schema::read(&self.conn, &profile).unwrap_or_else(|error| panic!("{error}\n{}", self.text));
        profile
    }

    /// What is missing is refused, and named.
    #[track_caller]
    fn refused(&self, missing: &[&str]) -> &Self {
        assert_eq!(self.missing, missing, "{}", self.text);
        let read = Profile::from_toml(&self.text).map_err(|error| error.to_string());
        let said = read.and_then(|profile| {
            Schema::read(&self.conn, &profile)
                .map(drop)
                .map_err(|error| error.to_string())
        });
        let said = said.unwrap_err();
        // A section's own table is named by the section.
        let named = |key: &&str| {
            let last = key.trim_end_matches(".table").rsplit('.').next().unwrap();
            said.contains(last)
        };
        assert!(missing.iter().any(named), "{said}\n{}", self.text);
        self
    }

    /// Whom a dry run with the draft would reap.
    #[track_caller]
    fn reaps(&mut self, ids: &[&str]) -> &Self {
        let profile = self.profile();
        let found = reaped(&mut self.conn, profile);
        assert_eq!(found, ids, "{}", self.text);
        self
    }
}

fn reaped(conn: &mut Connection, profile: Profile) -> Vec<String> {
    let options = SweepOptions::at(now()).dry_run(true).profile(profile);
    let report = sweep_zombie_tasks(conn, &options).unwrap();
    report.reaps.iter().map(|reap| reap.task_id.to_string()).collect()
}

/// What counts in a profile: every key and its values.
fn keys(toml: &str) -> BTreeMap<String, Vec<String>> {
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
            toml::Value::Table(inner) => {
                leaves(inner, &path, found);
                continue;
            }
            toml::Value::Array(items) => items.iter().map(text).collect(),
            value => vec![text(value)],
        };
        found.insert(
            path,
            values.into_iter().filter(|value| !value.is_empty()).collect(),
        );
    }
}
