//! What a sweep would write, row by row.

use maud::{Markup, html};
use zombie_sweeper::inspect::{Change, ChangedRow};
use zombie_sweeper::zombie::Id;

use crate::surface::harmless::{harmless, shortened};
use crate::surface::page::said::{self, wide};

/// The most characters of an id that names a table of changes.
const ID: usize = 60;

/// The most characters of a value.
const VALUE: usize = 300;

pub(super) fn writes(rows: &[ChangedRow]) -> Markup {
    html! { @for row in rows { (one(row)) } }
}

fn one(row: &ChangedRow) -> Markup {
    let table = html! {
        table {
            caption {
                code { (said::text(&row.table, 80)) } " " (said::id(&row.id.to_string()))
                @if row.is_new { " " span.badge.note { "new row" } }
            }
            thead { tr { th scope="col" { "Column" } @if !row.is_new { th scope="col" { "Before" } } th scope="col" { "After" } } }
            tbody { @for change in &row.columns { (column(change, row.is_new)) } }
        }
    };
    let id = shortened(&row.id.to_string(), ID);
    wide(&harmless(&format!("{} {id}", row.table), &[]), &table)
}

fn column(change: &Change, is_new: bool) -> Markup {
    html! { tr {
        th scope="row" { code { (said::text(&change.column, 80)) } }
        @if !is_new { td { @match &change.before { Some(before) => (value(before)), None => "" } } }
        td { (value(&change.after)) }
    } }
}

fn value(value: &Id) -> Markup {
    let text = value.to_string();
    html! {
        @match value {
            Id::Null => em { "null" },
            _ if text.is_empty() => em { "empty" },
            _ => code { (said::text(&text, VALUE)) },
        }
    }
}
