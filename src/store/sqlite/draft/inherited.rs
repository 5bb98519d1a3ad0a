//! What the built-in profile would find where the draft leaves a key out: a role that was looked at and refused must not
//! come back by a name.

use std::sync::LazyLock;

use super::super::catalog::TableInfo;
use super::finding::{Section, Value};

#[expect(
    clippy::expect_used,
    reason = "the text is part of the program, and every test of a draft reads it"
)]
static BUILT_IN: LazyLock<toml::Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../profile/orchestra.toml")).expect("the built-in profile is valid")
});

/// Says of each key of columns that is left out, and that the built-in names would find, that it is absent.
pub(super) fn silence(section: &mut Section, table: &TableInfo) {
    for line in &mut section.lines {
        if line.value.is_none() && finds(section.name, &line.key, table) {
            line.value = Some(Value::empty_list());
        }
    }
}

fn finds(section: &str, key: &str, table: &TableInfo) -> bool {
    let mut names = Some(&*BUILT_IN);
    for part in section.split('.') {
        names = names.and_then(|names| names.get(part)?.as_table());
    }
    let is_there = |name: &toml::Value| name.as_str().is_some_and(|name| table.column(name).is_some());
    match names.and_then(|names| names.get(key)) {
        Some(toml::Value::Array(names)) => names.iter().any(is_there),
        Some(name) => is_there(name),
        None => false,
    }
}
