//! The signs of life, as they are written and as they are read.

use maud::{Markup, html};
use zombie_sweeper::inspect::ExplainedSign;

use crate::surface::page::said::{self, wide};

pub(super) fn signs(signs: &[ExplainedSign]) -> Markup {
    // Columns in which nothing stands are left out.
    let written =
        |sign: &&ExplainedSign| sign.read_as.is_some() || sign.counts == Some(true) || !sign.value.is_empty();
    let signs: Vec<_> = signs.iter().filter(written).collect();
    let table = html! {
        table {
            caption.unseen { "Signs of life" }
            thead { tr {
                th scope="col" { "Column" }
                th scope="col" { "Of" }
                th scope="col" { "Written" }
                th scope="col" { "Read as" }
                th.nowrap scope="col" { "How old" }
                th scope="col" { "Counts" }
            } }
            tbody { @for sign in &signs {
                tr class=(if sign.is_newest { "fits" } else { "" }) {
                    th scope="row" { code { (said::text(&sign.column, 80)) } }
                    td { (said::id(&sign.of)) }
                    td { code { (said::text(&sign.value, 60)) } }
                    td.nowrap { @match &sign.read_as { Some(at) => (said::moment(at)), None => "not understood" } }
                    td.nowrap { @match (&sign.read_as, sign.age_s) { (Some(at), Some(age_s)) => (said::ago(at, age_s)), _ => "–" } }
                    td { @match (sign.is_newest, sign.counts) {
                        (true, _) => { b { "the newest" } },
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
