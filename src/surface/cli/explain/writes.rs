//! What a sweep would write, a row and its columns below it.

use std::io::{self, Write};

use serde_json::Value;
use zombie_sweeper::inspect::{Change, ChangedRow};
use zombie_sweeper::zombie::Id;

use crate::surface::cli::text::{shortened, shown};
use crate::surface::cli::wrap::{padded, wrapped};

/// The most characters of a value.
const VALUE: usize = 60;

pub(super) fn writes(out: &mut dyn Write, rows: &[ChangedRow]) -> io::Result<()> {
    let names = rows.iter().flat_map(|row| &row.columns);
    let widest = names.map(|change| change.column.chars().count()).max();
    let widest = widest.unwrap_or_default();
    for row in rows {
        let id = shortened(&row.id.to_string(), VALUE);
        let new = if row.is_new { ", a new row" } else { "" };
        writeln!(out, " {} {}{new}", shown(&row.table), shown(&id))?;
        for change in &row.columns {
            let first = format!("   {}  ", shown(&padded(&change.column, widest)));
            column(out, change, &first, widest + 5)?;
        }
    }
    Ok(())
}

fn column(out: &mut dyn Write, change: &Change, first: &str, indent: usize) -> io::Result<()> {
    let before = change
        .before
        .as_ref()
        .map(|before| format!("{} -> ", value(before)));
    let before = before.unwrap_or_default();
    let Some(object) = object(&change.after) else {
        return writeln!(
            out,
            "{}",
            wrapped(first, indent, &format!("{before}{}", value(&change.after)))
        );
    };
    writeln!(out, "{}", format!("{first}{before}").trim_end())?;
    let mut told = Vec::new();
    flatten("", &object, &mut told);
    for (key, value) in told {
        let said = format!("{key}: {}", shortened(&value, VALUE));
        writeln!(out, "{}", wrapped("     ", 7, &said))?;
    }
    Ok(())
}

/// A value that is a JSON object, as the payload of an event is.
fn object(value: &Id) -> Option<Value> {
    let text = value.to_string();
    let object = serde_json::from_str(&text).ok().filter(Value::is_object)?;
    Some(object)
}

/// Each value by the keys that lead to it.
fn flatten(path: &str, value: &Value, told: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, value) in object {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                flatten(&path, value, told);
            }
        }
        Value::String(text) => told.push((path.to_owned(), or_quotes(text.clone()))),
        other => told.push((path.to_owned(), other.to_string())),
    }
}

pub(super) fn value(value: &Id) -> String {
    match value {
        Id::Null => "NULL".to_owned(),
        value => or_quotes(shortened(&value.to_string(), VALUE)),
    }
}

fn or_quotes(text: String) -> String {
    if text.is_empty() { "''".to_owned() } else { text }
}
