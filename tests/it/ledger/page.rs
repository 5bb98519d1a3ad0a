//! docs/ledger.md, held to a real ledger.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use zombie_sweeper::SweepOptions;
use zombie_sweeper::ledger::Outcome;
use zombie_sweeper::zombie::{Labels, Learned};

use super::{Book, after};
use crate::world::{World, zombies};

const PAGE: &str = include_str!("../../../docs/ledger.md");

#[test]
fn queries_run_and_find_something() {
    let book = Book::new();
    let in_force = [(Labels::default(), Duration::from_secs(2_400))].into();
    let [default, cap] = [900, 14_400].map(Duration::from_secs);
    let learned = Learned::new(&BTreeMap::new(), &in_force, default, cap);
    let by_it = SweepOptions::at(after(-15)).learned(Arc::new(learned));
    book.enter(-15, Outcome::Swept(&World::new().options(|_| by_it).sweep()));
    let world = zombies(1).running("t8").run("r8").heartbeat("1m ago");
    let world = world.running("t9").set("last_heartbeat", "?").run("r9");
    book.sweep(0, world.set("started_at", "?"));
    book.enter(15, Outcome::Failed("busy"));
    let conn = book.connect();
    let queries: Vec<_> = PAGE
        .split("```sql\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(queries.len() > 3);
    for query in queries {
        assert!(conn.prepare(query).unwrap().exists([]).unwrap(), "{query}");
    }
}

#[test]
fn each_table_is_explained() {
    let book = Book::new();
    book.sweep(0, zombies(1));
    let conn = book.connect();
    let mut tables = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    for table in tables.map(Result::unwrap) {
        assert!(PAGE.contains(&format!("\n| `{table}` |")), "{table}");
    }
}
