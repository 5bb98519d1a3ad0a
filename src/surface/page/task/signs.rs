//! The signs of life, as they are written and as they are read.

use maud::{Markup, html};
use zombie_sweeper::inspect::ExplainedSign;

use crate::surface::page::said::{self, wide};

pub(super) fn signs(signs: &[ExplainedSign]) -> Markup {
    // Columns in which nothing stands are left out.
    let is_told = |sign: &&ExplainedSign| {
        sign.read_as.is_some() || sign.counts == Some(true) || stands_in_the_way(sign)
    };
    let signs: Vec<_> = signs.iter().filter(is_told).collect();
    let table = html! {
        table {
            caption.unseen { "Signs of life" }
            thead { tr {
                th scope="col" { "Column" }
                th scope="col" { "Written" }
                th scope="col" { "How old" }
                th scope="col" { "Counts" }
            } }
            tbody { @for sign in &signs {
                tr class=(if sign.is_newest { "fits" } else { "" }) {
                    th scope="row" { code { (said::text(&sign.column, 80)) } div.project { (said::text(&sign.of, 120)) } }
                    td { code { (said::text(&sign.value, 60)) } @if sign.read_as.is_none() { div.project { "not understood" } } }
                    td.nowrap { @match (&sign.read_as, sign.age_s) {
                        (Some(at), Some(age_s)) => (said::ago(at, age_s)),
                        _ => "–",
                    } }
                    td { @match (sign.is_newest, sign.counts) {
                        (true, _) => b { "yes, and it is the newest" },
                        (_, Some(true)) => "yes",
                        (_, Some(false)) => { "no" @if let Some(why) = &sign.why_not { ": " (said::sentence(why)) } },
                        (_, None) => "–",
                    } }
                }
            } }
        }
    };
    html! { @if signs.is_empty() { p.calm { "There is none." } } @else { (wide("Signs of life", &table)) } }
}

/// Whether something stands there that nobody can read.
fn stands_in_the_way(sign: &ExplainedSign) -> bool {
    let why = sign.why_not.as_ref();
    why.is_some_and(|why| why.contains("stands in the way"))
}
